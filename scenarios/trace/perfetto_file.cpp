// SPDX-License-Identifier: MIT
#include "perfetto_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>

// The numbers of fields are those of Perfetto's .proto files, whose names stand behind them.

namespace ghostcard::scenarios::trace {
namespace {

enum class TraceField : protozero::pbf_tag_type { packet = 1 };

enum class Packet : protozero::pbf_tag_type {
    timestamp = 8,
    trusted_packet_sequence_id = 10,
    track_event = 11,
    interned_data = 12,
    sequence_flags = 13,
    track_descriptor = 60,
};

enum class Interned : protozero::pbf_tag_type { event_names = 2, debug_annotation_names = 3 };

enum class InternedName : protozero::pbf_tag_type { iid = 1, name = 2 };

enum class Descriptor : protozero::pbf_tag_type {
    uuid = 1,
    name = 2,
    parent_uuid = 5,
    counter = 8,
    child_ordering = 11,
    sibling_order_rank = 12,
};

enum class Counter : protozero::pbf_tag_type { unit = 3 };

enum class Event : protozero::pbf_tag_type {
    debug_annotations = 4,
    type = 9,
    name_iid = 10,
    track_uuid = 11,
    counter_value = 30,
};

enum class Annotation : protozero::pbf_tag_type {
    name_iid = 1,
    uint_value = 3,
    string_value = 6,
    pointer_value = 7,
};

enum EventType { slice_begin = 1, slice_end = 2, instant_event = 3, counter_event = 4 };
enum SequenceFlags { incremental_state_cleared = 1, needs_incremental_state = 2 };

constexpr std::uint32_t sequence = 1;
constexpr std::int32_t explicit_order = 3;  // ChildTracksOrdering.EXPLICIT
constexpr std::int32_t size_in_bytes = 3;   // CounterDescriptor.UNIT_SIZE_BYTES
constexpr std::uint32_t address_argument = 1, bytes_argument = 2, outcome_argument = 3;

constexpr std::size_t chunk = 1 << 20;
constexpr std::size_t event_room = 256;

template <class Field>
using Builder = protozero::pbf_builder<Field>;
/// Writes the fields of messages one behind the other, without the copies and the checks for room that builders make,
/// since a trace has millions of events. Messages are known to be small (less than 128 bytes), so that lengths take
/// one.
class FieldWriter {
public:
    explicit FieldWriter(char* room) : at_(room) {}

    template <auto field>
    void add(std::uint64_t value) {
        put_tag<field, protozero::pbf_wire_type::varint>();
        put(value);
    }
    template <auto field>
    void add(std::string_view content) {
        put_tag<field, protozero::pbf_wire_type::length_delimited>();
        put(content.size());
        at_ = std::copy(content.begin(), content.end(), at_);
    }
    /// Gives where the length of the message will stand.
    template <auto field>
    char* open() {
        put_tag<field, protozero::pbf_wire_type::length_delimited>();
        return at_++;
    }
    void close(char* message) { *message = static_cast<char>(at_ - message - 1); }
    char* position() const { return at_; }

private:
    template <auto field, protozero::pbf_wire_type type>
    void put_tag() {
        put(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type));
    }
    void put(std::uint64_t value) { at_ += protozero::write_varint(at_, value); }

    char* at_;
};

/// A packet with an event, written where it will stand. Those of one instant begin alike.
class EventPacket {
public:
    EventPacket(PerfettoFile::Opening& opening, char* room, Duration time, PerfettoFile::Track track, EventType type)
        : packet_(room + 1), fields_(room) {
        if (opening.size != 0 && opening.time == time) {
            std::memcpy(room, opening.bytes.data(), opening.bytes.size());
            fields_ = FieldWriter(room + opening.size);
        } else {
            fields_.open<TraceField::packet>();
            fields_.add<Packet::timestamp>(static_cast<std::uint64_t>(time / nanoseconds(1)));
            fields_.add<Packet::trusted_packet_sequence_id>(sequence);
            fields_.add<Packet::sequence_flags>(needs_incremental_state);
            fields_.open<Packet::track_event>();
            opening.time = time;
            opening.size = static_cast<std::size_t>(fields_.position() - room);
            std::memcpy(opening.bytes.data(), room, opening.bytes.size());
        }
        event_ = fields_.position() - 1;
        fields_.add<Event::type>(type);
        fields_.add<Event::track_uuid>(track);
    }
    template <auto field>
    void add(std::uint64_t value) {
        fields_.add<field>(value);
    }
    template <Annotation kind, class Value>
    void annotate(std::uint32_t name, Value value) {
        char* const annotation = fields_.open<Event::debug_annotations>();
        fields_.add<Annotation::name_iid>(name);
        fields_.add<kind>(value);
        fields_.close(annotation);
    }
    /// When all is in; where it ends.
    const char* finish() {
        fields_.close(event_);
        fields_.close(packet_);
        return fields_.position();
    }

private:
    char* packet_;
    char* event_;
    FieldWriter fields_;
};

std::string interned(std::uint32_t number, std::string_view text) {
    std::string message;
    Builder<InternedName> builder(message);
    builder.add_uint64(InternedName::iid, number);
    builder.add_string(InternedName::name, text.data(), text.size());
    return message;
}

std::string described(PerfettoFile::Track track, std::string_view name) {
    std::string message;
    Builder<Descriptor> builder(message);
    builder.add_uint64(Descriptor::uuid, track);
    builder.add_string(Descriptor::name, name.data(), name.size());
    return message;
}

std::string described(PerfettoFile::Track track, std::string_view name, PerfettoFile::Track parent, unsigned rank) {
    std::string message = described(track, name);
    Builder<Descriptor> builder(message);
    builder.add_uint64(Descriptor::parent_uuid, parent);
    builder.add_int32(Descriptor::sibling_order_rank, static_cast<std::int32_t>(rank));
    return message;
}

}  // namespace

PerfettoFile::PerfettoFile(const std::filesystem::path& path) : file_(path), content_(chunk) {
    Builder<Interned> names(new_names_);
    names.add_message(Interned::debug_annotation_names, interned(address_argument, "address"));
    names.add_message(Interned::debug_annotation_names, interned(bytes_argument, "bytes"));
    names.add_message(Interned::debug_annotation_names, interned(outcome_argument, "outcome"));
    std::string packet;
    Builder<Packet>(packet).add_uint32(Packet::sequence_flags, incremental_state_cleared);
    add_packet(packet);
}

Name PerfettoFile::name(std::string_view text) {
    const auto found = names_.find(text);
    if (found != names_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(names_.size() + 1);
    names_.emplace(text, Name{number});
    Builder<Interned> names(new_names_);
    names.add_message(Interned::event_names, interned(number, text));
    return Name{number};
}

PerfettoFile::Track PerfettoFile::add_root(std::string_view name) {
    std::string descriptor = described(++tracks_, name);
    Builder<Descriptor>(descriptor).add_enum(Descriptor::child_ordering, explicit_order);
    add_descriptor(descriptor);
    return tracks_;
}

PerfettoFile::Track PerfettoFile::add_track(std::string_view name, Track parent, unsigned rank) {
    add_descriptor(described(++tracks_, name, parent, rank));
    return tracks_;
}

PerfettoFile::Track PerfettoFile::add_byte_counter(std::string_view name, Track parent, unsigned rank) {
    std::string counter;
    Builder<Counter>(counter).add_enum(Counter::unit, size_in_bytes);
    std::string descriptor = described(++tracks_, name, parent, rank);
    Builder<Descriptor>(descriptor).add_message(Descriptor::counter, counter);
    add_descriptor(descriptor);
    return tracks_;
}

void PerfettoFile::add_packet(const std::string& packet) {
    std::string whole = packet;
    Builder<Packet>(whole).add_uint32(Packet::trusted_packet_sequence_id, sequence);
    std::string message;
    Builder<TraceField>(message).add_message(TraceField::packet, whole);
    flush();
    file_.write(message);
}

void PerfettoFile::add_descriptor(const std::string& descriptor) {
    std::string packet;
    Builder<Packet>(packet).add_message(Packet::track_descriptor, descriptor);
    add_packet(packet);
}

void PerfettoFile::begin(Duration time, Track track, Name name, const Arguments& arguments) {
    EventPacket packet(opening_, room_for_event(), time, track, slice_begin);
    packet.add<Event::name_iid>(static_cast<std::uint64_t>(name));
    if (arguments.bytes != 0) {
        packet.annotate<Annotation::pointer_value>(address_argument, arguments.address);
        packet.annotate<Annotation::uint_value>(bytes_argument, arguments.bytes);
    }
    if (!arguments.outcome.empty()) packet.annotate<Annotation::string_value>(outcome_argument, arguments.outcome);
    grow_to(packet.finish());
}

void PerfettoFile::end(Duration time, Track track) {
    grow_to(EventPacket(opening_, room_for_event(), time, track, slice_end).finish());
}

void PerfettoFile::instant(Duration time, Track track, Name name) {
    EventPacket packet(opening_, room_for_event(), time, track, instant_event);
    packet.add<Event::name_iid>(static_cast<std::uint64_t>(name));
    grow_to(packet.finish());
}

void PerfettoFile::count(Duration time, Track track, std::uint64_t value) {
    EventPacket packet(opening_, room_for_event(), time, track, counter_event);
    packet.add<Event::counter_value>(value);
    grow_to(packet.finish());
}

char* PerfettoFile::room_for_event() {
    if (!new_names_.empty()) write_names();
    if (content_.size() - size_ < event_room) flush();
    return content_.data() + size_;
}

void PerfettoFile::flush() { file_.write({content_.data(), std::exchange(size_, 0)}); }

void PerfettoFile::write_names() {
    std::string packet;
    Builder<Packet> builder(packet);
    builder.add_uint32(Packet::sequence_flags, needs_incremental_state);
    builder.add_message(Packet::interned_data, std::exchange(new_names_, {}));
    add_packet(packet);
}

void PerfettoFile::commit() {
    flush();
    file_.commit();
}

}  // namespace ghostcard::scenarios::trace
