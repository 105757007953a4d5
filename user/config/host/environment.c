// SPDX-License-Identifier: GPL-2.0-or-later
/* What a configuration may read from this host; see environment.h. */
#include "user/config/host/environment.h"
#include "user/config/host/secret.h"
#include "user/lib/files/file.h"
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The kernel finds an interface by any of its names, and names it by the first. */
static void resolve_interface(char *name)
{
	unsigned index = if_nametoindex(name);

	if (index)
		if_indextoname(index, name); /* unchanged if it has just gone */
}

void config_machine_init(struct config_machine *machine, const char *config_id)
{
	struct config_environment *environment = &machine->environment;

	*machine = (struct config_machine){0};
	if (gethostname(machine->host_name, sizeof(machine->host_name) - 1) < 0)
		strcpy(machine->host_name, "localhost");
	machine->host_name[strcspn(machine->host_name, ".")] = '\0';
	if (!getcwd(machine->directory, sizeof(machine->directory)))
		strcpy(machine->directory, "/");
	environment->config_id = config_id ? config_id : machine->host_name;
	environment->directory = machine->directory;
	environment->variable = getenv;
	environment->find = file_find;
	environment->read = file_read;
	environment->resolve_interface = resolve_interface;
	environment->read_secret = secret_read;
	/* Not a secret: without entropy the numbers are only more predictable. */
	if (getrandom(&environment->random_seed, sizeof(environment->random_seed), GRND_NONBLOCK) <
	    0)
		environment->random_seed = 1;
}
