// SPDX-License-Identifier: MIT
// Not linked into anything: compiled once as it is, which must succeed, and once per mistake, which must fail with the
// message that CMakeLists.txt names.
#include <ghostcard/base/register_table.h>

namespace ghostcard {

struct Low : Field<15, 0, Access::read_write> {
    static constexpr Text text{"LOW", ""};
};
struct High : Field<31, 16, Access::read_write> {
    static constexpr Text text{"HIGH", ""};
};
struct Middle : Field<23, 8, Access::read_write> {
    static constexpr Text text{"MIDDLE", ""};
};
struct Nameless : Bit<0, Access::read_write> {
    static constexpr Text text{"", ""};
};

template <std::uint32_t Offset, class... Members>
struct Register {
    static constexpr std::uint32_t offset = Offset;
    static constexpr Text text{"REGISTER", ""};
    using fields = Fields<Members...>;
};
struct ShortWindow : Map<Register<0, Low>, Register<4, Low>> {
    static constexpr std::uint32_t extent = 4;
};

static_assert(table_of<Map<Register<0, Low, High>, Register<4, Middle>>>().size() == 2);

#if defined(OVERLAPPING_FIELDS)
static_assert(Value<Register<0, Low, Middle>>::reset().raw() == 0);
#elif defined(OVERSIZE_RESET)
static_assert(Field<3, 0, Access::read_write, 16>::mask);
#elif defined(SWAPPED_BITS)
static_assert(Field<0, 3, Access::read_write>::mask);
#elif defined(RESET_NOT_STORED)
static_assert(Bit<0, Access::self_clearing, 1>::mask);
#elif defined(EQUAL_OFFSETS)
static_assert(Map<Register<0, Low>, Register<0, High>>::count);
#elif defined(UNORDERED_OFFSETS)
static_assert(Map<Register<4, Low>, Register<0, High>>::count);
#elif defined(UNALIGNED_OFFSET)
static_assert(Map<Register<0, Low>, Register<2, High>>::count);
#elif defined(NAMELESS_FIELD)
static_assert(Value<Register<0, Nameless>>::reset().raw() == 0);
#elif defined(EMPTY_REGISTER)
static_assert(Map<Register<0>>::count);
#elif defined(REGISTER_BEYOND_EXTENT)
static_assert(table_of<ShortWindow>().size());
#elif defined(FIELD_OF_ANOTHER_REGISTER_READ)
static_assert(Value<Register<0, Low>>{}.get<High>() == 0);
#elif defined(FIELD_OF_ANOTHER_REGISTER_WRITTEN)
static_assert(Value<Register<0, Low>>{}.with<High>(0).raw() == 0);
#endif

}  // namespace ghostcard
