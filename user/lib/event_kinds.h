/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of events: what their subject is, and the MESSAGE_ID by which the systemd journal finds
 * them. An id never changes; a new kind gets a new one (systemd-id128 new).
 */
#ifndef XBEAT_LIB_EVENT_KINDS_H
#define XBEAT_LIB_EVENT_KINDS_H

/* X(name, about, id, help): about is what the subject names, PEER ("node-b", or a part of it,
 * "node-b/eth0"; "self": this node), INSTANCE, SERVER (of a pool), or NONE of these. */
#define EVENT_KINDS(X)                                                                             \
	X(address, INSTANCE, "467bae6f9a5b434d901baf33c0b1703d",                                   \
	  "a virtual address was restored, or is on a node that is not Active")                    \
	X(adverts, INSTANCE, "fce6c7ba4bec4aa9a445373eb9ae3d5d",                                   \
	  "adverts do not leave this machine, or leave again")                                     \
	X(app, PEER, "9657cf46379a4011a3d3c61567725dff",                                           \
	  "an application of a node is late, or beats again")                                      \
	X(chain, NONE, "f8e1a9a44c8f4f468686f88164cb3def",                                         \
	  "the next program of an interface was added, removed or lost")                           \
	X(checker, NONE, "c70c62a8e1004790844c1a5b9f206be5",                                       \
	  "xbeat-checker has ended, or another one runs")                                          \
	X(claim, INSTANCE, "2b07f1da29ed4b499721ba5c347e6ee2",                                     \
	  "a claim on the addresses of another node was withdrawn")                                \
	X(compare, NONE, "3d90810a123d4763ab66b170c0490a37",                                       \
	  "what nodes must agree in differs, or agrees again")                                     \
	X(daemon, PEER, "4e1a6bbffa1742149600dc07451e6cce",                                        \
	  "a daemon started, died, runs again, or has reloaded")                                   \
	X(detection, PEER, "c82adb88fd844dcd995a666268c61cf9",                                     \
	  "the detection time of a node changed (multiplier auto)")                                \
	X(epoch, PEER, "a108a2dcb0514633bd2ae6914eb1fc9f",                                         \
	  "a node was first heard, or its daemon was restarted")                                   \
	X(filter, NONE, "efa0b47680964583a6f343a184d02371",                                        \
	  "the program in tc was removed, attached again or bypassed")                             \
	X(interface, NONE, "dc211d83cf8244c89d478aabf234d262",                                     \
	  "an interface is gone or present again")                                                 \
	X(link, PEER, "cb077e56c0824287ab12bd851b8df053",                                          \
	  "a link of a node, or of this one, is up, one-way, down, bad or good")                   \
	X(mode, NONE, "f09d7548226b4171a7abd1a0d4c79894",                                          \
	  "answers leave an interface in another way")                                             \
	X(node, NONE, "fc690ab2a45541bf9734483e9727c0d6",                                          \
	  "this node is isolated or connected again")                                              \
	X(owner, INSTANCE, "eff2974094f5426d96f59764e667af64",                                     \
	  "which node owns the addresses of an instance, as this node knows it")                   \
	X(peer, PEER, "13d6a1a57a0345e2b3320fe4f99935a3", "the verdict on a node")                 \
	X(pins, NONE, "95963d75d51540d39187f2c1559f3719", "pins were removed by something else")   \
	X(pool, NONE, "91b5114958784b758a666db90cfbc396",                                          \
	  "a server pool has its quorum or not, or its sorry server serves")                       \
	X(priority, INSTANCE, "5a3b3ee88adb458d892fed6bf089bf91",                                  \
	  "the effective priority of an instance")                                                 \
	X(probes, NONE, "b09e5c256d5d4674ac4b734e6e5c079b",                                        \
	  "PROBEs do not leave this machine, or leave again")                                      \
	X(program, NONE, "474cd361abf5472e8e289eba3fb60e04",                                       \
	  "the XDP program was detached or attached again")                                        \
	X(replies, PEER, "a44c2e129181455f8e9fd2a74c757731",                                       \
	  "REPLYs of a node are missing or arrive again")                                          \
	X(route, INSTANCE, "c8036f03649b41159e124d952bf8716f",                                     \
	  "a virtual route or rule was restored")                                                  \
	X(routers, INSTANCE, "27d7a1b95e0946ae970fa90e9e8ac20c", "whose adverts count")            \
	X(server, SERVER, "b3d0bfa7195a49f5b89ea1855eaa31d7",                                      \
	  "a server of a pool is up or down, or was drained")                                      \
	X(signature, INSTANCE, "577d2f302c9b472993ae888f99d92d98",                                 \
	  "signed adverts were refused, or their time is wrong")                                   \
	X(stall, NONE, "683cfe1ef51c49e7a25dcd16db68894e", "this node stalled")                    \
	X(static, NONE, "00c9249784194965a2bce8afd09e9339",                                        \
	  "a static address, route or rule was restored")                                          \
	X(stranger, INSTANCE, "6b324a9ca84648b9b2784d67ee09e116",                                  \
	  "an advert was refused because no node has sent it")                                     \
	X(track, NONE, "a2a1bd417c8b41aea5e11ecec58c0ed8", "a tracked thing is up or down")        \
	X(vrrp, INSTANCE, "6340bda42e7a46a09d32615af53b1bb3", "the state of an instance")

enum event_about {
	EVENT_ABOUT_NONE,
	EVENT_ABOUT_PEER,
	EVENT_ABOUT_INSTANCE,
	EVENT_ABOUT_SERVER,
};

struct event_kind {
	const char *name;
	enum event_about about;
	const char *message_id;
};

/* Returns the kind of this name, or NULL. */
const struct event_kind *event_kind_find(const char *name);

#endif
