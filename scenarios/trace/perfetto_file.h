// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/base/time.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ghostcard::scenarios::trace {

/// Names that events share are written once and then stand as numbers.
enum class Name : std::uint32_t {};

/// What is told of a slice beside its name.
struct Arguments {
    std::uint64_t address = 0;  ///< On the bus; told along with bytes.
    std::uint64_t bytes = 0;    ///< 0: not told.
    std::string_view outcome;   ///< How it ended; empty: not told.
};

/// A trace as ui.perfetto.dev opens it: a stream of TracePackets with TrackEvents (Perfetto's
/// protos/perfetto/trace/trace_packet.proto and track_event/*.proto). Perfetto counts nanoseconds; what lies between
/// two of them is rounded down. Events have to come in the order of their time.
class PerfettoFile {
public:
    using Track = std::uint64_t;

    /// How the last packet begins, up to and with the length of its event.
    struct Opening {
        static constexpr std::size_t room = 16;  ///< A time takes 8 bytes at most.

        Duration time{};
        std::array<char, room> bytes{};
        std::size_t size = 0;  ///< 0: there is none yet.
    };

    /// Throws InputError if the file cannot be written.
    explicit PerfettoFile(const std::filesystem::path& path);

    Name name(std::string_view text);
    /// The track that holds all others.
    Track add_root(std::string_view name);
    /// Tracks stand one below the other in the order of their rank; those of one name are shown as one.
    Track add_track(std::string_view name, Track parent, unsigned rank);
    Track add_byte_counter(std::string_view name, Track parent, unsigned rank);

    void begin(Duration time, Track track, Name name, const Arguments& arguments);
    void end(Duration time, Track track);
    void instant(Duration time, Track track, Name name);
    void count(Duration time, Track track, std::uint64_t value);

    void commit();

private:
    void add_packet(const std::string& packet);
    void add_descriptor(const std::string& descriptor);
    char* room_for_event();
    void grow_to(const char* end) { size_ = static_cast<std::size_t>(end - content_.data()); }
    void flush();
    void write_names();

    OutputFile file_;
    std::vector<char> content_;  ///< Not yet written...
    std::size_t size_ = 0;       ///< ...are so many of these bytes.
    Opening opening_;
    Track tracks_ = 0;
    std::map<std::string, Name, std::less<>> names_;
    std::string new_names_;  ///< Those that no packet has told of yet, as fields of InternedData.
};

}  // namespace ghostcard::scenarios::trace
