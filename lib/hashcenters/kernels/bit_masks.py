"""Sixty-four comparisons at once: which items are near a code, as the bits of one word."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

GROUP = 64
"""Items a mask speaks of."""

_WORD = ir.IntType(64)
_LANES = ir.VectorType(_WORD, GROUP)
_SAME = ir.Constant(ir.VectorType(ir.IntType(32), GROUP), [0] * GROUP)


def _repeat(builder, word):
    """The word in every lane."""
    nothing = ir.Constant(_LANES, ir.Undefined)
    return builder.shuffle_vector(
        builder.insert_element(nothing, word, ir.Constant(ir.IntType(32), 0)), nothing, _SAME
    )


@intrinsic
def near_mask(typingctx, code, columns, first, reach):
    """Bit i is set where item first + i is no farther than `reach` from the code.

    Reads items first…first + 63, which must exist; both arrays are contiguous.

    Args:
        code: packed code (words,), at least one word.
        columns: packed codes (words, n).
        first: `int64`, at least 0.
        reach: `uint64`.
    """

    def emit(context, builder, signature, arguments):
        asked = context.make_array(signature.args[0])(context, builder, arguments[0])
        items = context.make_array(signature.args[1])(context, builder, arguments[1])
        words, size = cgutils.unpack_tuple(builder, items.shape)
        kind = ir.FunctionType(_LANES, [_LANES])
        count_bits = cgutils.get_or_insert_function(builder.module, kind, f"llvm.ctpop.v{GROUP}i64")

        def distances(word):
            place = builder.gep(items.data, [builder.add(builder.mul(word, size), arguments[2])])
            found = builder.load(builder.bitcast(place, _LANES.as_pointer()))
            found.align = 8
            own = builder.load(builder.gep(asked.data, [word]))
            return builder.call(count_bits, [builder.xor(found, _repeat(builder, own))])

        total = cgutils.alloca_once_value(builder, distances(ir.Constant(_WORD, 0)))
        with cgutils.for_range(builder, words, start=ir.Constant(_WORD, 1)) as loop:
            builder.store(builder.add(builder.load(total), distances(loop.index)), total)
        near = builder.icmp_unsigned("<=", builder.load(total), _repeat(builder, arguments[3]))
        return builder.bitcast(near, _WORD)

    return types.uint64(code, columns, types.int64, types.uint64), emit


@intrinsic
def lowest_bit(typingctx, word):
    """Place of the lowest set bit of a `uint64`; 64 where none is set."""

    def emit(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), emit
