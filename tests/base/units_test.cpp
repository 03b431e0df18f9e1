// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/random.h>
#include <ghostcard/base/units.h>

#include <cstdint>
#include <limits>
#include <string>

#include "tests/support/catch.h"

using namespace ghostcard;
using namespace std::chrono_literals;

namespace {

template <class Parse>
std::string refusal(Parse parse, const char* text) {
    try {
        parse(text);
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a size is a number with a decimal or binary unit", "[units]") {
    CHECK(parse_bytes("64 B").count == 64);
    CHECK(parse_bytes("64 kB").count == 64'000);
    CHECK(parse_bytes("64 KiB").count == 65'536);
    CHECK(parse_bytes("3MB").count == 3'000'000);
    CHECK(parse_bytes("3  MiB").count == 3 << 20);
    CHECK(parse_bytes("2 GB").count == 2'000'000'000);
    CHECK(parse_bytes("2 GiB").count == 2ull << 30);
    CHECK(parse_bytes("0 B").count == 0);
}

TEST_CASE("a time, a frequency and a rate have units of their own", "[units]") {
    CHECK(parse_duration("8 us") == 8us);
    CHECK(parse_duration("1 ps") == Duration{1});
    CHECK(parse_duration("2 ms") == 2ms);
    CHECK(parse_duration("3 s") == 3s);
    CHECK(parse_duration("5ns") == 5ns);
    CHECK(parse_hertz("66 MHz").count == 66'000'000);
    CHECK(parse_hertz("1 GHz").count == 1'000'000'000);
    CHECK(parse_bytes_per_second("8 GB/s").count == 8'000'000'000);
    CHECK(parse_bytes_per_second("1 KiB/s").count == 1024);
}

TEST_CASE("a fraction is exact or refused", "[units]") {
    CHECK(parse_bytes("1.5 KiB").count == 1536);
    CHECK(parse_bytes("0.001 kB").count == 1);
    CHECK(parse_bytes("1.500000000000000000000000 KiB").count == 1536);
    CHECK(parse_duration("33.366700033 ms") == Duration{33'366'700'033});
    CHECK(parse_hertz("66.666667 MHz").count == 66'666'667);
    CHECK(refusal(parse_duration, "0.3 ps") == "'0.3 ps' is no whole number of ps");
    CHECK(refusal(parse_bytes, "0.1 KiB") == "'0.1 KiB' is no whole number of B");
    CHECK(refusal(parse_bytes, "0.0000000000000000001 GB") == "'0.0000000000000000001 GB' has more than 18 decimals");
}

TEST_CASE("the largest value is read and one more is refused", "[units]") {
    CHECK(parse_bytes("18446744073709551615 B").count == std::numeric_limits<std::uint64_t>::max());
    CHECK(refusal(parse_bytes, "18446744073709551616 B") ==
          "'18446744073709551616 B' is too large; at most 18446744073709551615 B is allowed");
    CHECK(refusal(parse_bytes, "17179869184 GiB").find("is too large") != std::string::npos);
    CHECK(parse_bytes("17179869183 GiB").count == 17179869183ull << 30);
    CHECK(parse_duration("9223372036854775807 ps") == Duration::max());
    CHECK(refusal(parse_duration, "9223372.036854775808 s") ==
          "'9223372.036854775808 s' is too large; at most 9223372036854775807 ps is allowed");
    CHECK(refusal(parse_duration, "99999999999999999999999999999999999999999999 s").find("is too large") !=
          std::string::npos);
}

TEST_CASE("text without a number or a known unit is refused with the units that are allowed", "[units]") {
    const std::string allowed = "; allowed is a number with one of the units B, kB, MB, GB, KiB, MiB, GiB";
    CHECK(refusal(parse_bytes, "64 Kib") == "'64 Kib' has the unknown unit 'Kib'" + allowed);
    CHECK(refusal(parse_bytes, "8") == "'8' has no unit" + allowed);
    CHECK(refusal(parse_bytes, "8 ") == "'8 ' has no unit" + allowed);
    CHECK(refusal(parse_bytes, "") == "'' is not a number with a unit" + allowed);
    CHECK(refusal(parse_bytes, "-1 B") == "'-1 B' is not a number with a unit" + allowed);
    CHECK(refusal(parse_bytes, " 1 B") == "' 1 B' is not a number with a unit" + allowed);
    CHECK(refusal(parse_bytes, "1. B") == "'1. B' has no digit after its point" + allowed);
    CHECK(refusal(parse_bytes, ".5 KiB") == "'.5 KiB' is not a number with a unit" + allowed);
    CHECK(refusal(parse_bytes, "1e3 B") == "'1e3 B' has the unknown unit 'e3 B'" + allowed);
    CHECK(refusal(parse_bytes, "1 B ") == "'1 B ' has the unknown unit 'B '" + allowed);
    CHECK(refusal(parse_duration, "8 min") ==
          "'8 min' has the unknown unit 'min'; allowed is a number with one of the units ps, ns, us, ms, s");
    CHECK(refusal(parse_hertz, "33 mhz") ==
          "'33 mhz' has the unknown unit 'mhz'; allowed is a number with one of the units Hz, kHz, MHz, GHz");
    CHECK(refusal(parse_bytes_per_second, "8 GB").find("GB/s, KiB/s") != std::string::npos);
}

TEST_CASE("the text of a value is the shortest exact one", "[units]") {
    CHECK(to_text(Bytes{64 << 10}) == "64 KiB");
    CHECK(to_text(Bytes{1500}) == "1500 B");
    CHECK(to_text(Bytes{1'500'000}) == "1.5 MB");
    CHECK(to_text(Bytes{3ull << 29}) == "1.5 GiB");
    CHECK(to_text(Bytes{0}) == "0 B");
    CHECK(to_text(Duration{8us}) == "8 us");
    CHECK(to_text(Duration{1}) == "1 ps");
    CHECK(to_text(Duration{-8us}) == "-8 us");
    CHECK(to_text(Hertz{66'000'000}) == "66 MHz");
    CHECK(to_text(Hertz{66'700'000}) == "66.7 MHz");
    CHECK(to_text(BytesPerSecond{8'000'000'000}) == "8 GB/s");
    CHECK(to_text(Duration::min()) == "-9223372036854775808 ps");
}

TEST_CASE("every value's text reads back to the same value", "[units]") {
    Random random(1, "units");
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t value = random.next() >> random.below(64);
        const std::uint64_t round = value / 1000 * (i % 2 == 0 ? 1000 : 1024) / 1000 * 1000;
        for (const std::uint64_t each : {value, round}) {
            CHECK(parse_bytes(to_text(Bytes{each})).count == each);
            CHECK(parse_hertz(to_text(Hertz{each})).count == each);
            CHECK(parse_bytes_per_second(to_text(BytesPerSecond{each})).count == each);
            const Duration duration{static_cast<std::int64_t>(each >> 1)};
            CHECK(parse_duration(to_text(duration)) == duration);
        }
    }
}
