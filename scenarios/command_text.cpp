// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/command_text.h>

#include <string_view>

namespace ghostcard::scenarios {

std::string quoted(const std::string& word) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=@:,+%";
    if (!word.empty() && word.find_first_not_of(plain) == word.npos) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string run_command(const std::string& scenario, std::span<const std::string> sets) {
    std::string command = "ghostcard run " + quoted(scenario);
    for (const std::string& set : sets) command += " --set " + quoted(set);
    return command;
}

}  // namespace ghostcard::scenarios
