/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An example of an application, with nothing but the installed header and library:
 *
 *	app_example INSTANCE NAME [INTERVAL_MS]
 *
 * beats every interval (10 ms), opens again after a restart of xbeatd, and prints its events, one
 * per line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xbeat/app.h>

static struct xbeat_app *open_again(const char *instance, const char *name,
				    const struct timespec *pause)
{
	int error = 0, last_error = 0;
	struct xbeat_app *app;

	while (!(app = xbeat_app_open(instance, name, &error))) {
		if (error != last_error)
			printf("refused: %s\n", strerror(-error));
		last_error = error;
		nanosleep(pause, NULL);
	}
	printf("opened, timeout %llu ns\n", (unsigned long long)xbeat_app_timeout_ns(app));
	return app;
}

int main(int argc, char **argv)
{
	long interval_ms = argc > 3 ? atol(argv[3]) : 10;
	const struct timespec pause = {interval_ms / 1000, interval_ms % 1000 * 1000000};
	struct xbeat_app *app;
	int error;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	app = xbeat_app_open(argv[1], argv[2], &error);
	if (!app) {
		printf("refused: %s\n", strerror(-error));
		return 1;
	}
	printf("opened, timeout %llu ns\n", (unsigned long long)xbeat_app_timeout_ns(app));
	for (;;) {
		if (xbeat_app_beat(app) == -ESTALE) {
			printf("stale\n");
			xbeat_app_close(app);
			app = open_again(argv[1], argv[2], &pause);
		}
		nanosleep(&pause, NULL);
	}
}
