// SPDX-License-Identifier: MIT
#pragma once

// Catch2 2.13 (Debian 12) and 3 (Debian 13) under one name.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
namespace ghostcard::tests {
using Catch::Approx;
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
}  // namespace ghostcard::tests
#else
#include <catch2/catch.hpp>
namespace ghostcard::tests {
using Catch::Detail::Approx;
inline auto contains(const std::string& text) { return Catch::Matchers::Contains(text); }
}  // namespace ghostcard::tests
#endif
