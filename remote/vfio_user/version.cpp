// SPDX-License-Identifier: MIT
#include <ghostcard/remote/vfio_user/version.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace ghostcard::remote::vfio_user {
namespace {

using nlohmann::json;

struct Numbers {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;

    static constexpr auto fields() { return std::tuple{&Numbers::major, &Numbers::minor}; }
};

/// Takes known capabilities from a JSON object and keeps what is wrong with the first that is.
class CapabilityReader {
public:
    explicit CapabilityReader(const json& object) : object_(object) {}

    template <class Number>
    void take(const char* name, std::optional<Number>& value, std::uint64_t lowest) {
        const auto found = object_.find(name);
        if (found == object_.end()) return;
        constexpr std::uint64_t highest = std::numeric_limits<Number>::max();
        if (!found->is_number_unsigned() || found->template get<std::uint64_t>() < lowest ||
            found->template get<std::uint64_t>() > highest)
            return complain(fmt::format("{} is no whole number from {} to {}", name, lowest, highest));
        value = found->template get<Number>();
    }
    void take(const char* name, bool& value) {
        const auto found = object_.find(name);
        if (found == object_.end()) return;
        if (!found->is_boolean()) return complain(fmt::format("{} is neither true nor false", name));
        value = found->get<bool>();
    }
    void complain(std::string what) {
        if (error_.empty()) error_ = std::move(what);
    }
    const std::string& error() const { return error_; }

private:
    const json& object_;
    std::string error_;
};

/// What is wrong, or nothing.
std::string read_capabilities(const json& object, Capabilities& capabilities) {
    CapabilityReader reader(object);
    reader.take("max_msg_fds", capabilities.max_msg_fds, 0);
    reader.take("max_data_xfer_size", capabilities.max_data_xfer_size, smallest_max_data_xfer_size);
    reader.take("max_dma_maps", capabilities.max_dma_maps, 0);
    reader.take("pgsizes", capabilities.pgsizes, 0);
    reader.take("write_multiple", capabilities.write_multiple);
    const auto twin = object.find("twin_socket");
    if (twin == object.end()) return reader.error();
    if (!twin->is_object()) return "twin_socket is no object";
    CapabilityReader twin_reader(*twin);
    twin_reader.take("supported", capabilities.twin_socket);
    twin_reader.take("fd_index", capabilities.twin_socket_fd, 0);
    return reader.error().empty() ? twin_reader.error() : reader.error();
}

json to_json(const Capabilities& capabilities) {
    json object = json::object();
    const auto put = [&object](const char* name, const auto& value) {
        if (value) object[name] = *value;
    };
    put("max_msg_fds", capabilities.max_msg_fds);
    put("max_data_xfer_size", capabilities.max_data_xfer_size);
    put("max_dma_maps", capabilities.max_dma_maps);
    put("pgsizes", capabilities.pgsizes);
    if (capabilities.write_multiple) object["write_multiple"] = true;
    if (capabilities.twin_socket) {
        object["twin_socket"]["supported"] = true;
        if (capabilities.twin_socket_fd) object["twin_socket"]["fd_index"] = *capabilities.twin_socket_fd;
    }
    return object;
}

}  // namespace

Buffer encode_version(const Version& version) {
    Buffer buffer;
    append(buffer, Numbers{version.major, version.minor});
    const json capabilities = to_json(version.capabilities);
    if (capabilities.empty()) return buffer;
    const std::string text = json{{"capabilities", capabilities}}.dump();
    append(buffer, std::as_bytes(std::span(text.c_str(), text.size() + 1)));
    return buffer;
}

std::variant<Version, std::string> decode_version(std::span<const std::byte> payload) {
    const auto numbers = decode<Numbers>(payload);
    if (!numbers) return "VERSION is shorter than its two numbers";
    Version version{numbers->major, numbers->minor, {}};
    payload = payload.subspan(wire_size<Numbers>());
    if (payload.empty()) return version;
    if (payload.back() != std::byte{0}) return "VERSION's JSON does not end with a NUL";
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size() - 1);
    const json data = json::parse(text, nullptr, false);
    if (!data.is_object()) return "VERSION's data are no JSON object";
    const auto capabilities = data.find("capabilities");
    if (capabilities == data.end()) return version;
    if (!capabilities->is_object()) return "capabilities is no object";
    std::string error = read_capabilities(*capabilities, version.capabilities);
    if (!error.empty()) return error;
    return version;
}

std::variant<Version, std::string> answer_version(const Version& proposed, bool twin_socket) {
    if (proposed.major != 0) return fmt::format("version {}.{} is not 0.x", proposed.major, proposed.minor);
    const auto smaller = [](const auto& theirs, std::uint32_t ours) {
        return theirs ? std::optional(std::min(*theirs, ours)) : std::nullopt;
    };
    Version answer;
    answer.capabilities.max_msg_fds = smaller(proposed.capabilities.max_msg_fds, served_max_msg_fds);
    answer.capabilities.max_data_xfer_size =
        smaller(proposed.capabilities.max_data_xfer_size, default_max_data_xfer_size);
    answer.capabilities.write_multiple = proposed.capabilities.write_multiple;
    if (twin_socket && proposed.capabilities.twin_socket) {
        answer.capabilities.twin_socket = true;
        answer.capabilities.twin_socket_fd = 0;
    }
    return answer;
}

}  // namespace ghostcard::remote::vfio_user
