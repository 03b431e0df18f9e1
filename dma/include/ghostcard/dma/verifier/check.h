// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace ghostcard::dma {

/// What the verifier can find. The codes are those of Windows' bug check 0xE6 where Driver Verifier has the check, of
/// this project ("LINUX-", "SIM-") where only Linux's DMA API debugging or only a simulator has it.
enum class Check {
    flush_past_map_registers,
    no_contiguous_map_registers,
    common_buffer_freed_twice,
    channel_freed_twice,
    map_registers_freed_twice,
    list_freed_twice,
    put_with_common_buffers,
    put_with_channels,
    put_with_map_registers,
    put_with_lists,
    second_channel,
    too_many_map_registers,
    not_flushed,
    buffer_not_locked,
    tag_before_changed,
    tag_after_changed,
    free_map_register_changed,
    padding_before_changed,
    padding_after_changed,
    freed_while_mapped,
    irql_not_expected,
    irql_too_high,
    map_registers_beyond_adapter,
    flush_not_mapped,
    adapter_released,
    adapter_null,
    address_outside_mdl,
    already_mapped,
    obsolete_routine,
    before_first_mdl,
    after_first_mdl,
    flush_of_unmapped_register,
    zero_length,
    not_in_system_space,
    longer_than_buffer,
    unknown_description_version,
    iommu_fault,
    invalid_address_freed,
    never_allocated,
    size_differs,
    wrong_function,
    pointer_differs,
    entry_count_differs,
    direction_differs,
    invalid_memory,
    flush_outside_mapping,
    segment_too_long,
    segment_crosses_boundary,
    overlapping_mapping,
    access_outside_mapping,
    access_against_direction,
    access_after_unmap,
    physical_address,
    misaligned,
    bus_master_off,
    stale_read,
    leak_at_unload,
    interface_over_released,
};

/// One entry of the verifier's list; all texts are for people.
struct CheckInfo {
    Check check;
    std::string_view code;    ///< "0xE6/0x16"
    std::string_view name;    ///< What goes wrong, in few words.
    std::string_view why;     ///< Why it breaks on silicon, even where it seems to work.
    std::string_view remedy;  ///< What the driver is to do instead.
};

/// All checks, in the order of the enumeration.
std::span<const CheckInfo> checks();
const CheckInfo& info_of(Check check);

}  // namespace ghostcard::dma
