// SPDX-License-Identifier: MIT
#include "perfetto_file.h"

#include <algorithm>
#include <array>
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

template <class Field>
using Builder = protozero::pbf_builder<Field>;
/// A packet with an event, which is known to be small (less than 128 bytes, so that lengths take one): written in one
/// go, without the copies and the checks for room that builders make, since a trace has millions of these.
class EventPacket {
public:
    EventPacket(Duration time, PerfettoFile::Track track, EventType type) : packet_(open(TraceField::packet)) {
        add(Packet::timestamp, static_cast<std::uint64_t>(time / nanoseconds(1)));
        add(Packet::trusted_packet_sequence_id, sequence);
        add(Packet::sequence_flags, needs_incremental_state);
        event_ = open(Packet::track_event);
        add(Event::type, type);
        add(Event::track_uuid, track);
    }

    template <class Field>
    void add(Field field, std::uint64_t value) {
        put_tag(field, protozero::pbf_wire_type::varint);
        put(value);
    }
    template <class Value>
    void annotate(std::uint32_t name, Annotation kind, Value value) {
        const std::size_t annotation = open(Event::debug_annotations);
        add(Annotation::name_iid, name);
        add(kind, value);
        close(annotation);
    }
    /// When all is in.
    std::string_view content() {
        close(event_);
        close(packet_);
        return {space_.data(), size_};
    }

private:
    void add(Annotation field, std::string_view content) {
        put_tag(field, protozero::pbf_wire_type::length_delimited);
        put(content.size());
        std::copy(content.begin(), content.end(), space_.data() + size_);
        size_ += content.size();
    }
    template <class Field>
    std::size_t open(Field field) {
        put_tag(field, protozero::pbf_wire_type::length_delimited);
        return size_++;
    }
    void close(std::size_t begin) { space_[begin] = static_cast<char>(size_ - begin - 1); }
    template <class Field>
    void put_tag(Field field, protozero::pbf_wire_type type) {
        put(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type));
    }
    void put(std::uint64_t value) {
        size_ += static_cast<std::size_t>(protozero::write_varint(space_.data() + size_, value));
    }

    std::array<char, 256> space_;
    std::size_t size_ = 0;
    std::size_t packet_;
    std::size_t event_ = 0;
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

PerfettoFile::PerfettoFile(const std::filesystem::path& path) : file_(path) {
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
    Builder<TraceField>(text_).add_message(TraceField::packet, whole);
}

void PerfettoFile::add_descriptor(const std::string& descriptor) {
    std::string packet;
    Builder<Packet>(packet).add_message(Packet::track_descriptor, descriptor);
    add_packet(packet);
}

void PerfettoFile::begin(Duration time, Track track, Name name, const Arguments& arguments) {
    EventPacket packet(time, track, slice_begin);
    packet.add(Event::name_iid, static_cast<std::uint64_t>(name));
    if (arguments.bytes != 0) {
        packet.annotate(address_argument, Annotation::pointer_value, arguments.address);
        packet.annotate(bytes_argument, Annotation::uint_value, arguments.bytes);
    }
    if (!arguments.outcome.empty()) packet.annotate(outcome_argument, Annotation::string_value, arguments.outcome);
    add_event(packet.content());
}

void PerfettoFile::end(Duration time, Track track) { add_event(EventPacket(time, track, slice_end).content()); }

void PerfettoFile::instant(Duration time, Track track, Name name) {
    EventPacket packet(time, track, instant_event);
    packet.add(Event::name_iid, static_cast<std::uint64_t>(name));
    add_event(packet.content());
}

void PerfettoFile::count(Duration time, Track track, std::uint64_t value) {
    EventPacket packet(time, track, counter_event);
    packet.add(Event::counter_value, value);
    add_event(packet.content());
}

void PerfettoFile::add_event(std::string_view packet) {
    if (!new_names_.empty()) write_names();
    text_ += packet;
    if (text_.size() < chunk) return;
    file_.write(text_);
    text_.clear();
}

void PerfettoFile::write_names() {
    std::string packet;
    Builder<Packet> builder(packet);
    builder.add_uint32(Packet::sequence_flags, needs_incremental_state);
    builder.add_message(Packet::interned_data, std::exchange(new_names_, {}));
    add_packet(packet);
}

void PerfettoFile::commit() {
    file_.write(text_);
    file_.commit();
}

}  // namespace ghostcard::scenarios::trace
