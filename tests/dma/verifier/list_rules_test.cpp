// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::Mdl;
using dma::NtStatus;
using dma::ScatterGatherList;

// Each case breaks one rule of Microsoft's bug check 0xE6 or of Linux's kernel/dma/debug.c and reads the finding;
// docs/verifier.md says which case is whose.

namespace {

const Device device;

struct Lists : DmaHost {
    explicit Lists(const dma::HalSettings& settings = {}) : DmaHost(std::nullopt, settings) {}
    ScatterGatherList list(dma::AdapterObject& adapter, const Mdl& mdl) {
        ScatterGatherList made;
        CHECK(adapter.get_scatter_gather_list(
                  &device, mdl, mdl.start, mdl.length, [&made](const ScatterGatherList& given) { made = given; },
                  false) == NtStatus::success);
        return made;
    }
};

}  // namespace

TEST_CASE("a list that is put again is found, as is one that nobody made", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10'000));
    const auto list = host.list(adapter, mdl);
    adapter.put_scatter_gather_list(list, false);
    CHECK(host.codes().empty());
    adapter.put_scatter_gather_list(list, false);
    CHECK(host.codes() == Codes{"0xE6/0x06"});
    adapter.put_scatter_gather_list({}, false);
    CHECK(host.codes() == Codes{"0xE6/0x06", "LINUX-3"});
}

TEST_CASE("an adapter that is put with a list left is found", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10'000));
    (void)host.list(adapter, mdl);
    adapter.put();
    CHECK(host.codes() == Codes{"0xE6/0x0A"});
}

TEST_CASE("a list that comes back with fewer elements is found", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10'000));
    auto list = host.list(adapter, mdl);
    list.elements = list.elements.first(1);
    adapter.put_scatter_gather_list(list, false);
    CHECK(host.codes() == Codes{"LINUX-7"});
}

TEST_CASE("an element that the device does not support is found", "[dma][verifier]") {
    const auto codes = [](std::uint64_t boundary, std::uint64_t longest) {
        Lists host;
        host.hal.declare_device({.alignment = 1, .boundary = boundary}, longest);
        auto& adapter = host.adapter(packet_device());
        const auto mdl = Mdl::of(host.buffer(3 * page_size));
        adapter.put_scatter_gather_list(host.list(adapter, mdl), false);
        return host.codes();
    };
    CHECK(codes(0, 3 * page_size).empty());
    CHECK(codes(0, 3 * page_size - 1) == Codes{"LINUX-20"});
    CHECK(codes(page_size, 3 * page_size) == Codes{"LINUX-21"});
}

TEST_CASE("mappings that share a cache line are found", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto& buffer = host.buffer(page_size);
    const auto part = [&](std::uint64_t first, std::uint64_t length) {
        auto mdl = Mdl::of(buffer);
        mdl.start = mdl.start + first;
        mdl.length = length;
        return mdl;
    };
    const auto one = part(0, 128), next = part(128, 64), shared = part(255, 1), clash = part(192, 63);
    (void)host.list(adapter, one);
    (void)host.list(adapter, next);
    (void)host.list(adapter, shared);
    CHECK(host.codes().empty());
    (void)host.list(adapter, clash);
    CHECK(host.codes() == Codes{"LINUX-22"});
}
