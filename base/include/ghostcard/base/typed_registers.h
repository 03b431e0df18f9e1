// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_access.h>
#include <ghostcard/base/register_map.h>

namespace ghostcard {

template <class Register>
Value<Register> read(RegisterAccess& registers) {
    return Value<Register>{registers.read(Register::offset)};
}

template <class Register>
void write(RegisterAccess& registers, Value<Register> value, SourceLocation location = SourceLocation::current()) {
    registers.called_at(location);
    registers.write(Register::offset, value.raw());
}

}  // namespace ghostcard
