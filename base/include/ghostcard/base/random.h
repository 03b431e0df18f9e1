// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

namespace ghostcard {

/// A stream of random numbers that is the same on every machine: the standard's engine, but none of its distributions,
/// whose results differ between libraries. Every user of chance draws from a stream of its own name, so that one more
/// draw in one place changes nothing in another.
class Random {
public:
    Random(std::uint64_t seed, std::string_view stream) : engine_(mix(seed, stream)) {}

    std::uint64_t next() { return engine_(); }
    /// Uniform in [0, limit); limit > 0.
    std::uint64_t below(std::uint64_t limit) {
        const std::uint64_t unbiased = engine_.max() - engine_.max() % limit;
        std::uint64_t draw = next();
        while (draw >= unbiased) draw = next();
        return draw % limit;
    }

private:
    /// FNV-1a over the seed's bytes and the name (Fowler, Noll, Vo; constants of the 64-bit form).
    static std::uint64_t mix(std::uint64_t seed, std::string_view stream) {
        std::uint64_t hash = 0xcbf29ce484222325u;
        const auto add = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3u; };
        for (int i = 0; i < 8; ++i) add(seed >> (8 * i) & 0xff);
        for (const char c : stream) add(static_cast<unsigned char>(c));
        return hash;
    }

    std::mt19937_64 engine_;
};

}  // namespace ghostcard
