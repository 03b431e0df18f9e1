// SPDX-License-Identifier: MIT
// A scenario file: it is refused in one line that says where, or what is made of it reads back as the same.
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <string>
#include <string_view>

#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ghostcard;
    using fuzz::require;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const std::string resolved = resolved_toml(scenarios::parse_scenario(text, "x.toml"));
        require(resolved_toml(scenarios::parse_scenario(resolved, "x.toml")) == resolved,
                "what is resolved stays as it is");
    } catch (const InputError& error) {
        const std::string_view message = error.what();
        require(message.starts_with("x.toml"), "a refusal says where");
        require(message.find('\n') == std::string_view::npos, "a refusal is one line");
    }
    return 0;
}
