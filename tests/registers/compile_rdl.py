# SPDX-License-Identifier: MIT
"""Compiles and elaborates each SystemRDL file by itself; a message of the compiler fails."""
import sys

from systemrdl import RDLCompiler

for file in sys.argv[1:]:
    compiler = RDLCompiler()
    compiler.compile_file(file)
    compiler.elaborate()
    if compiler.msg.had_error:
        sys.exit(1)
