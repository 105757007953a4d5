-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Wireshark's dissector of xbeat's heartbeats (docs/protocol.md): all six types, with question and
-- answer linked. Port 694, further ports in the preferences, and any UDP port by the magic number.
--
--   wireshark -X lua_script:/usr/share/xbeat/wireshark/xbeat.lua

local MAGIC, VERSION, BYTES, HEAD_BYTES, TAGGED_BYTES = 0x5842, 1, 136, 40, 128
local LINKS, INSTANCES, PAGE_DATA_BYTES, PAGES_MAX = 4, 16, 48, 512
local NEVER = 0xffffffff
local PROBE, REPLY, QUERY, ANSWER, COMPARE, COMPARED = 1, 2, 3, 4, 5, 6
local STARTING, DEAD, BACKUP, CLAIM, TTL = 0, 4, 2, 0x20, 255

local TYPES = { [PROBE] = "PROBE", [REPLY] = "REPLY", [QUERY] = "QUERY", [ANSWER] = "ANSWER",
	[COMPARE] = "COMPARE", [COMPARED] = "COMPARED" }
local NODE_STATES = { [0] = "starting", "running", "draining", "stopping", "dead", "restarting" }
local INSTANCE_STATES = { [0] = "none", "initialize", "backup", "active" }
local RECORDS = { "self", "version", "setting", "instance", "addresses", "node", "application", "key" }
local SETTINGS = { "interval", "multiplier", "detection_min", "detection_max", "daemon_timeout",
	"guard_timeout", "restart_grace", "on_isolated", [16] = "version", [17] = "advert_int",
	[18] = "guard_timeout", [19] = "on_partition", [20] = "routers", [21] = "heartbeat" }

local xbeat = Proto("xbeat", "xbeat heartbeat")
xbeat.prefs.port = Pref.range("UDP ports", "694", "Ports whose packets are always heartbeats", 65535)

local fields, experts = {}, {}

local function field(name, kind, label, ...)
	fields[name] = ProtoField[kind]("xbeat." .. name, label, ...)
end

field("magic", "uint16", "Magic", base.HEX)
field("version", "uint8", "Version")
field("key_id", "uint8", "Key id")
field("cluster_id", "uint16", "Cluster id")
field("link", "uint8", "Link")
field("reserved", "bytes", "Reserved")
field("prober_id", "uint16", "Prober's node id")
field("responder_id", "uint16", "Responder's node id")
field("seq", "uint32", "Sequence number")
field("prober_epoch", "uint64", "Prober's epoch")
field("responder_epoch", "uint64", "Responder's epoch")
field("t1_ns", "uint64", "t1, prober's time of sending (ns)")
field("type", "uint8", "Type", base.DEC, TYPES)
field("node_state", "uint8", "Node state", base.DEC, NODE_STATES)
field("fenced_bits", "uint16", "Fenced instances", base.HEX)
field("ack", "uint32", "Acknowledged sequence number")
field("t2_ns", "uint64", "t2, responder's time of receiving (ns)")
field("claim_ns", "uint64", "Claim may be carried out for (ns)")
field("daemon_age_us", "uint32", "Daemon's last progress (us ago)")
field("late_apps_bits", "uint32", "Late applications", base.HEX)
field("tag", "bytes", "Tag (SipHash-2-4)")
field("instance", "bytes", "Instance")
field("instance.vrid", "uint8", "VRID")
field("instance.family", "uint8", "Family", base.DEC, { [4] = "IPv4", [6] = "IPv6" }, 0x0f)
field("instance.guarded", "bool", "Guarded", 8, nil, 0x10)
field("instance.claim", "bool", "Claim", 8, nil, CLAIM)
field("instance.knows_claims", "bool", "Knows claims", 8, nil, 0x40)
field("instance.reserved", "uint8", "Reserved", base.HEX, nil, 0x80)
field("instance.state", "uint8", "State", base.DEC, INSTANCE_STATES)
field("instance.priority", "uint8", "Effective priority")
field("view", "bytes", "View")
field("view.subject_id", "uint16", "Subject's node id")
field("view.subject_state", "uint8", "Subject's node state", base.DEC, NODE_STATES)
field("view.subject_daemon_age_us", "uint32", "Subject's daemon's last progress (us ago)")
field("view.subject_epoch", "uint64", "Subject's epoch")
field("view.evidence_age_us", "uint32", "Last evidence (us ago)")
field("view.heard_age_us", "uint32", "Last new PROBE (us ago)")
field("view.subject_fenced_bits", "uint16", "Subject's fenced instances", base.HEX)
field("page", "bytes", "Page")
field("page.number", "uint16", "Page number")
field("page.count", "uint16", "Pages")
field("page.statement_bytes", "uint32", "Bytes of the statement")
field("page.digest", "uint64", "Digest of the statement", base.HEX)
field("page.data", "bytes", "Data")
field("statement", "bytes", "Statement")
field("record", "bytes", "Record")
field("record.type", "uint8", "Record type", base.DEC, RECORDS)
field("record.bytes", "uint8", "Length")
field("record.node_id", "uint16", "Node id")
field("record.witness", "bool", "Witness", 8, nil, 0x01)
field("record.no_addresses", "bool", "Addresses of instances are left out", 8, nil, 0x02)
field("record.name", "string", "Name")
field("record.version", "string", "Version")
field("record.setting", "uint8", "Setting", base.DEC, SETTINGS)
field("record.value", "uint64", "Value")
field("record.vrid", "uint8", "VRID")
field("record.family", "uint8", "Family")
field("record.priority", "uint8", "Configured priority")
field("record.ipv4", "ipv4", "Address")
field("record.ipv6", "ipv6", "Address")
field("record.key_id", "uint8", "Key id")
field("record.signs", "bool", "It signs", 8, nil, 0x01)
field("record.fingerprint", "uint64", "Fingerprint of the key", base.HEX)
field("record.rest", "bytes", "Unknown contents")
field("response_in", "framenum", "Answer in", base.NONE, frametype.RESPONSE)
field("response_to", "framenum", "Answer to", base.NONE, frametype.REQUEST)
field("repeats", "framenum", "Repeats", base.NONE, frametype.DUP_ACK)
field("response_time", "relative_time", "Response time")

local function add_expert(name, label, group, severity)
	experts[name] = ProtoExpert.new("xbeat." .. name, label, group, severity)
end

add_expert("bad_length", "Not 136 bytes", expert.group.MALFORMED, expert.severity.ERROR)
add_expert("truncated", "Captured in part", expert.group.UNDECODED, expert.severity.NOTE)
add_expert("bad_magic", "Not a heartbeat", expert.group.MALFORMED, expert.severity.ERROR)
add_expert("bad_version", "Version other than 1", expert.group.PROTOCOL, expert.severity.ERROR)
add_expert("bad_type", "Unknown type", expert.group.PROTOCOL, expert.severity.ERROR)
add_expert("bad_value", "Value that no node sends", expert.group.PROTOCOL, expert.severity.WARN)
add_expert("unknown_value", "Value unknown to this version", expert.group.PROTOCOL, expert.severity.NOTE)
add_expert("bad_ttl", "TTL below 255: it came through a router", expert.group.PROTOCOL, expert.severity.NOTE)
add_expert("one_way", "The sender has received nothing from the other side", expert.group.SEQUENCE,
	expert.severity.CHAT)
add_expert("fenced", "The sender has fenced addresses", expert.group.RESPONSE_CODE, expert.severity.NOTE)
add_expert("late", "Applications are late", expert.group.RESPONSE_CODE, expert.severity.NOTE)
add_expert("dead", "The sender's daemon has died", expert.group.RESPONSE_CODE, expert.severity.WARN)
add_expert("unanswered", "No answer in this capture", expert.group.SEQUENCE, expert.severity.NOTE)
add_expert("unasked", "No question in this capture", expert.group.SEQUENCE, expert.severity.NOTE)
add_expert("repeated", "Repeats an earlier packet", expert.group.SEQUENCE, expert.severity.WARN)

local field_list, expert_list = {}, {}
for _, each in pairs(fields) do
	field_list[#field_list + 1] = each
end
for _, each in pairs(experts) do
	expert_list[#expert_list + 1] = each
end
xbeat.fields, xbeat.experts = field_list, expert_list

-- Of the file that is open: what was asked and answered, by key; pages and statements.
local questions, answers, repeats, pages, statements

local function forget()
	questions, answers, repeats, pages, statements = {}, {}, {}, {}, {}
end

xbeat.init = forget
forget()

-- A packet whose fields are read only as far as it was captured.
local Packet = {}
Packet.__index = Packet

function Packet:has(offset, bytes)
	return offset + bytes <= self.tvb:len()
end

function Packet:number(offset, bytes)
	return self:has(offset, bytes) and self.tvb(offset, bytes):uint() or 0
end

function Packet:is_zero(offset, bytes)
	return not self:has(offset, bytes) or not self.tvb(offset, bytes):raw():find("[^%z]")
end

-- Returns the new item, or nil.
function Packet:add(tree, name, offset, bytes)
	if self:has(offset, bytes) then
		return tree:add(fields[name], self.tvb(offset, bytes))
	end
end

function Packet:note(item, name, ...)
	if item then
		item:add_proto_expert_info(experts[name], string.format(...))
	end
end

-- Likewise; a limit on the value, or a table of those that are known.
function Packet:add_checked(tree, name, offset, bytes, least, most)
	local item, value = self:add(tree, name, offset, bytes), self:number(offset, bytes)

	if value < least or value > most then
		self:note(item, "bad_value", "%d is not from %d to %d", value, least, most)
	end
	return item
end

function Packet:add_state(tree, name, offset, states)
	local item, value = self:add(tree, name, offset, 1), self:number(offset, 1)

	if not states[value] then
		self:note(item, "unknown_value", "State %d", value)
	end
	return item
end

-- The largest age stands for "never".
function Packet:add_age(tree, name, offset)
	local item = self:add(tree, name, offset, 4)

	if item and self:number(offset, 4) == NEVER then
		item:append_text(" (never)")
	end
	return item
end

function Packet:add_reserved(tree, offset, bytes)
	local item = self:add(tree, "reserved", offset, bytes)

	if not self:is_zero(offset, bytes) then
		self:note(item, "unknown_value", "Reserved bytes are not 0")
	end
end

local function bit_is_set(bits, index)
	return math.floor(bits / 2 ^ index) % 2 == 1
end

function Packet:dissect_head(tree)
	local magic = self:add(tree, "magic", 0, 2)
	local version = self:add(tree, "version", 2, 1)

	if self:number(0, 2) ~= MAGIC then
		self:note(magic, "bad_magic", "0x%04x is not 0x%04x", self:number(0, 2), MAGIC)
	end
	if self:number(2, 1) ~= VERSION then
		self:note(version, "bad_version", "Version %d", self:number(2, 1))
	end
	self:add(tree, "key_id", 3, 1)
	self:add(tree, "cluster_id", 4, 2)
	self:add_checked(tree, "link", 6, 1, 0, LINKS - 1)
	self:add_reserved(tree, 7, 1)
	self:add_checked(tree, "prober_id", 8, 2, 1, 255)
	local responder = self:add_checked(tree, "responder_id", 10, 2, 1, 255)
	if self:number(8, 2) == self:number(10, 2) then
		self:note(responder, "bad_value", "A node never asks itself")
	end
	self:add(tree, "seq", 12, 4)
	local epoch = self:add(tree, "prober_epoch", 16, 8)
	if self:has(16, 8) and self:is_zero(16, 8) and self:number(41, 1) ~= STARTING then
		self:note(epoch, "bad_value", "Only a node that starts has epoch 0")
	end
	self:add(tree, "responder_epoch", 24, 8)
	self:add(tree, "t1_ns", 32, 8)
end

function Packet:has_claim()
	for i = 0, INSTANCES - 1 do
		local flags = self:number(65 + 4 * i, 1)

		if bit_is_set(flags, 5) and self:number(66 + 4 * i, 1) == BACKUP then
			return true
		end
	end
	return false
end

function Packet:dissect_t2(tree)
	if self.type == PROBE and self:has_claim() then
		self:add(tree, "claim_ns", 48, 8)
		return
	end
	local item = self:add(tree, "t2_ns", 48, 8)
	if self.question and not self:is_zero(48, 8) then
		self:note(item, "bad_value", "A question without a claim has no t2")
	end
end

function Packet:dissect_sender(tree)
	local item = self:add(tree, "type", 40, 1)

	if not TYPES[self.type] then
		self:note(item, "bad_type", "Type %d", self.type)
	end
	item = self:add_state(tree, "node_state", 41, NODE_STATES)
	if self:number(41, 1) == DEAD then
		self:note(item, "dead", "The daemon of node %d has died", self.sender_id)
	end
	item = self:add(tree, "fenced_bits", 42, 2)
	if self:number(42, 2) ~= 0 then
		self:note(item, "fenced", "Node %d has fenced addresses", self.sender_id)
	end
	item = self:add(tree, "ack", 44, 4)
	if item and self:number(44, 4) == 0 and (self.type == PROBE or self.type == REPLY) then
		self:note(item, "one_way", "Node %d has received no PROBE of node %d", self.sender_id, self.addressee_id)
	end
	self:dissect_t2(tree)
	item = self:add_age(tree, "daemon_age_us", 56)
	if self.question and self:number(56, 4) ~= 0 then
		self:note(item, "bad_value", "The daemon itself sends questions")
	end
	item = self:add(tree, "late_apps_bits", 60, 4)
	if self:number(60, 4) ~= 0 then
		self:note(item, "late", "Applications of node %d are late", self.sender_id)
	end
end

function Packet:dissect_instance(tree, index)
	local offset = 64 + 4 * index
	local item = self:add(tree, "instance", offset, 4)
	local family = self:number(offset + 1, 1) % 16

	if not item then
		return
	end
	item:set_text(string.format("Instance %d: VRID %d, IPv%d, %s, priority %d", index, self:number(offset, 1),
		family, INSTANCE_STATES[self:number(offset + 2, 1)] or "unknown", self:number(offset + 3, 1)))
	self:add_checked(item, "instance.vrid", offset, 1, 1, 255)
	local kind = self:add(item, "instance.family", offset + 1, 1)
	if family ~= 4 and family ~= 6 then
		self:note(kind, "unknown_value", "Family %d", family)
	end
	for _, flag in ipairs { "guarded", "claim", "knows_claims", "reserved" } do
		self:add(item, "instance." .. flag, offset + 1, 1)
	end
	self:add_state(item, "instance.state", offset + 2, INSTANCE_STATES)
	self:add(item, "instance.priority", offset + 3, 1)
	if bit_is_set(self:number(42, 2), index) then
		item:append_text(", fenced")
	end
end

-- Empty entries are left out, unless something refers to them.
function Packet:dissect_instances(tree)
	for i = 0, INSTANCES - 1 do
		if self:number(66 + 4 * i, 1) ~= 0 then
			self:dissect_instance(tree, i)
		elseif self:has(66 + 4 * i, 1) and bit_is_set(self:number(42, 2), i) then
			self:note(self:add(tree, "instance", 64 + 4 * i, 4), "bad_value", "Entry %d is fenced, but empty", i)
		end
	end
end

-- The bytes before the tag, as far as they were captured.
function Packet:add_body(tree, name)
	return self:add(tree, name, 64, math.min(64, math.max(self.tvb:len() - 64, 0)))
end

-- Whether it is a question, whose body has only the number of what it asks about.
function Packet:check_question(item, text)
	if self.question and not self:is_zero(66, 62) then
		self:note(item, "bad_value", text)
	end
	return self.question
end

function Packet:dissect_view(tree)
	local item = self:add_body(tree, "view")

	if not item then
		return
	end
	item:set_text(string.format("What node %d knows of node %d", self:number(10, 2), self:number(64, 2)))
	self:add_checked(item, "view.subject_id", 64, 2, 1, 255)
	if self:check_question(item, "A QUERY has a view that is not empty") then
		return
	end
	self:add_state(item, "view.subject_state", 66, NODE_STATES)
	self:add_reserved(item, 67, 1)
	self:add_age(item, "view.subject_daemon_age_us", 68)
	self:add(item, "view.subject_epoch", 72, 8)
	for _, ages in ipairs { { "view.evidence_age_us", 80 }, { "view.heard_age_us", 96 } } do
		for link = 0, LINKS - 1 do
			local age = self:add_age(item, ages[1], ages[2] + 4 * link)

			if age then
				age:prepend_text("Link " .. link .. ": ")
			end
		end
	end
	self:add(item, "view.subject_fenced_bits", 112, 2)
	self:add_reserved(item, 114, 14)
end

-- The records of a statement (docs/protocol.md, 1.10). Each adds what follows type and length.
local add_record = {}

local function add_name(item, name, range)
	if range then
		item:add(fields[name], range)
	end
end

local function rest_of(range, offset)
	return range:len() > offset and range(offset) or nil
end

local function add_self(item, range)
	item:add(fields["record.node_id"], range(0, 2))
	item:add(fields["record.witness"], range(2, 1))
	item:add(fields["record.no_addresses"], range(2, 1))
	add_name(item, "record.name", rest_of(range, 3))
end

local function add_address(item, range)
	local kind = ({ [4] = "record.ipv4", [16] = "record.ipv6" })[range:len()]

	item:add(fields[kind or "record.rest"], range)
end

local function add_setting(item, range)
	local value = rest_of(range, 1)

	item:add(fields["record.setting"], range(0, 1))
	if value and value:len() <= 8 then
		item:add(fields["record.value"], value, value:len() <= 4 and UInt64(value:uint()) or value:uint64())
	end
end

local function add_instance(item, range)
	for index, name in ipairs { "vrid", "family", "priority" } do
		item:add(fields["record." .. name], range(index - 1, 1))
	end
	add_name(item, "record.name", rest_of(range, 3))
end

local function add_addresses(item, range)
	local bytes = range(0, 1):uint()

	for offset = 1, bytes > 0 and range:len() - bytes or 0, math.max(bytes, 1) do
		add_address(item, range(offset, bytes))
	end
end

local function add_node(item, range)
	local count, offset = range(3, 1):uint(), 4

	item:add(fields["record.node_id"], range(0, 2))
	item:add(fields["record.witness"], range(2, 1))
	while count > 0 and offset < range:len() do
		local bytes = range(offset, 1):uint()

		if bytes == 0 or offset + 1 + bytes > range:len() then
			return
		end
		add_address(item, range(offset + 1, bytes))
		count, offset = count - 1, offset + 1 + bytes
	end
	add_name(item, "record.name", rest_of(range, offset))
end

local function add_key(item, range)
	item:add(fields["record.key_id"], range(0, 1))
	item:add(fields["record.signs"], range(1, 1))
	item:add(fields["record.fingerprint"], range(2, 8))
end

-- By type: the fewest bytes, and what adds them.
local RECORD_READERS = {
	{ 3, add_self },
	{ 1, function(item, range) add_name(item, "record.version", range) end },
	{ 2, add_setting },
	{ 3, add_instance },
	{ 1, add_addresses },
	{ 4, add_node },
	{ 1, function(item, range) add_name(item, "record.name", range) end },
	{ 10, add_key },
}

local function dissect_statement(tree, range)
	local statement, offset = tree:add(fields.statement, range), 0

	while offset + 2 <= range:len() do
		local kind, bytes = range(offset, 1):uint(), range(offset + 1, 1):uint()
		local reader, item = RECORD_READERS[kind]

		if offset + 2 + bytes > range:len() then
			break
		end
		item = statement:add(fields.record, range(offset, 2 + bytes))
		item:set_text("Record: " .. (RECORDS[kind] or "type " .. kind))
		item:add(fields["record.type"], range(offset, 1))
		item:add(fields["record.bytes"], range(offset + 1, 1))
		if reader and bytes >= reader[1] then
			reader[2](item, range(offset + 2, bytes))
		elseif bytes > 0 then
			item:add(fields["record.rest"], range(offset + 2, bytes))
		end
		offset = offset + 2 + bytes
	end
	if offset < range:len() then
		statement:add_proto_expert_info(experts.bad_value, "A record is not whole")
	end
end

-- Keeps the page; when all of them are known, the statement. In the first pass over the file.
function Packet:take_page()
	local key = self.tvb(8, 4):raw() .. self.tvb(68, 12):raw()
	local number, count, bytes = self:number(64, 2), self:number(66, 2), self:number(68, 4)
	local known = pages[key] or {}

	pages[key] = known
	if count == 0 or count > PAGES_MAX or number >= count or bytes > count * PAGE_DATA_BYTES then
		return
	end
	known[number] = self.tvb(80, PAGE_DATA_BYTES):bytes()
	local whole = ByteArray.new()
	for i = 0, count - 1 do
		if not known[i] then
			return
		end
		whole:append(known[i])
	end
	if bytes > 0 then
		statements[self.frame] = whole:subset(0, bytes)
	end
end

function Packet:dissect_page(tree)
	local item = self:add_body(tree, "page")

	if not item then
		return
	end
	self:add_checked(item, "page.number", 64, 2, 0, PAGES_MAX - 1)
	item:set_text("Page " .. self:number(64, 2))
	if self:check_question(item, "A COMPARE has a page that is not empty") then
		return
	end
	self:add_checked(item, "page.count", 66, 2, 0, PAGES_MAX)
	self:add_checked(item, "page.statement_bytes", 68, 4, 0, PAGES_MAX * PAGE_DATA_BYTES)
	self:add(item, "page.digest", 72, 8)
	self:add(item, "page.data", 80, PAGE_DATA_BYTES)
	if not self.visited and self:has(80, PAGE_DATA_BYTES) then
		self:take_page()
	end
	if statements[self.frame] then
		dissect_statement(tree, statements[self.frame]:tvb("Statement of node " .. self.sender_id)())
	end
end

-- What a question and its answer have in common: all of the head but the responder's epoch, and
-- what is asked about.
function Packet:key()
	local about = self.type > REPLY

	return math.floor((self.type - 1) / 2) .. self.tvb(4, 3):raw() .. self.tvb(8, 16):raw() ..
		self.tvb(32, 8):raw() .. (about and self.tvb(64, 2):raw() or "")
end

-- In the first pass over the file.
function Packet:remember(key)
	local seen = self.question and questions or answers

	if seen[key] and seen[key].frame ~= self.frame then
		repeats[self.frame] = seen[key].frame
	else
		seen[key] = { frame = self.frame, time = self.time }
	end
end

function Packet:dissect_link(tree)
	if not self:has(0, 66) or not TYPES[self.type] then
		return
	end
	local key = self:key()
	if not self.visited then
		self:remember(key)
	end
	if repeats[self.frame] then
		local item = tree:add(fields.repeats, repeats[self.frame]):set_generated()

		self:note(item, "repeated", "Repeats frame %d", repeats[self.frame])
	end
	local other = (self.question and answers or questions)[key]
	if not other then
		-- An answer to a question may come later in the file, so the first pass reports nothing.
		if self.visited or not self.question then
			self:note(tree, self.question and "unanswered" or "unasked", self.question and
				"No answer in this capture" or "No question in this capture")
		end
		return
	end
	tree:add(fields[self.question and "response_in" or "response_to"], other.frame):set_generated()
	if not self.question then
		local seconds = self.time - other.time
		local whole = math.floor(seconds)

		tree:add(fields.response_time, NSTime.new(whole, math.floor((seconds - whole) * 1e9 + 0.5))):set_generated()
	end
end

local ipv4_ttl, ipv6_hop_limit = Field.new("ip.ttl"), Field.new("ipv6.hlim")

function Packet:check_around(tree)
	local ttl = ipv4_ttl() or ipv6_hop_limit()

	if ttl and ttl.value < TTL then
		self:note(tree, "bad_ttl", "TTL %d: it came through a router", ttl.value)
	end
	if self.tvb:reported_len() ~= BYTES then
		self:note(tree, "bad_length", "%d bytes are not %d", self.tvb:reported_len(), BYTES)
	elseif self.tvb:len() < BYTES then
		self:note(tree, "truncated", "%d of %d bytes were captured", self.tvb:len(), BYTES)
	end
end

function Packet:summary()
	local text = string.format("%s node %d -> node %d, link %d", TYPES[self.type] or "Type " .. self.type,
		self.sender_id, self.addressee_id, self:number(6, 1))

	if self.type == PROBE or self.type == REPLY then
		text = text .. string.format(", seq %d, ack %d", self:number(12, 4), self:number(44, 4))
	elseif self.type == QUERY or self.type == ANSWER then
		text = text .. ", about node " .. self:number(64, 2)
	elseif TYPES[self.type] then
		text = text .. ", page " .. self:number(64, 2)
	end
	return text
end

local function open(tvb, pinfo)
	local packet = setmetatable({ tvb = tvb, frame = pinfo.number, time = pinfo.rel_ts,
		visited = pinfo.visited }, Packet)

	packet.type = packet:number(HEAD_BYTES, 1)
	packet.question = packet.type % 2 == 1
	packet.sender_id = packet:number(packet.question and 8 or 10, 2)
	packet.addressee_id = packet:number(packet.question and 10 or 8, 2)
	return packet
end

function xbeat.dissector(tvb, pinfo, root)
	local packet = open(tvb, pinfo)
	local tree = root:add(xbeat, tvb())

	pinfo.cols.protocol = "xbeat"
	if packet:has(0, HEAD_BYTES + 1) then
		pinfo.cols.info = packet:summary()
		tree:append_text(", " .. packet:summary())
	end
	packet:check_around(tree)
	packet:dissect_head(tree)
	packet:dissect_sender(tree)
	if packet.type == PROBE or packet.type == REPLY then
		packet:dissect_instances(tree)
	elseif packet.type == QUERY or packet.type == ANSWER then
		packet:dissect_view(tree)
	elseif packet.type == COMPARE or packet.type == COMPARED then
		packet:dissect_page(tree)
	end
	packet:add(tree, "tag", TAGGED_BYTES, BYTES - TAGGED_BYTES)
	packet:dissect_link(tree)
	return tvb:reported_len()
end

-- On other ports: the magic number, a known type and the right length.
local function looks_like_heartbeat(tvb, pinfo, root)
	if tvb:reported_len() ~= BYTES or tvb:len() <= HEAD_BYTES or tvb(0, 2):uint() ~= MAGIC or
		not TYPES[tvb(HEAD_BYTES, 1):uint()] then
		return false
	end
	xbeat.dissector(tvb, pinfo, root)
	return true
end

local registered

local function register_ports()
	local ports = DissectorTable.get("udp.port")

	if registered then
		ports:remove(registered, xbeat)
	end
	registered = xbeat.prefs.port
	ports:add(registered, xbeat)
end

register_ports()
xbeat.prefs_changed = register_ports
xbeat:register_heuristic("udp", looks_like_heartbeat)
