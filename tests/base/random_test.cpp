// SPDX-License-Identifier: MIT
#include <ghostcard/base/random.h>
#include <tests/support/catch.h>

#include <array>
#include <cstdint>

using ghostcard::Random;

TEST_CASE("the same seed and stream give the same numbers on every machine", "[base][random]") {
    // The generator is std::mt19937_64, whose output the standard fixes, seeded with the FNV-1a hash of seed and name.
    Random random(1, "pages");
    CHECK(random.next() == 4411754566222931799u);
    CHECK(random.next() == 3985659167640645860u);
    CHECK(random.below(1000) == 423);
}

TEST_CASE("another seed or another name gives another stream", "[base][random]") {
    const std::uint64_t first = Random(1, "pages").next();
    CHECK(Random(1, "pages").next() == first);
    CHECK(Random(2, "pages").next() != first);
    CHECK(Random(1, "noise").next() != first);
    CHECK(Random(1u << 8, "pages").next() != first);
}

TEST_CASE("a draw below a limit reaches every value below it and none other", "[base][random]") {
    Random random(7, "limits");
    for (int i = 0; i < 100; ++i) CHECK(random.below(1) == 0);

    std::array<unsigned, 6> counts{};
    for (int i = 0; i < 6000; ++i) ++counts.at(random.below(6));
    for (const unsigned count : counts) {  // the mean is 1000, the standard deviation 29
        CHECK(count > 850);
        CHECK(count < 1150);
    }

    const std::uint64_t huge = (std::uint64_t{1} << 63) + 1;  // nearly half of all draws must be thrown away
    for (int i = 0; i < 1000; ++i) CHECK(random.below(huge) < huge);
}
