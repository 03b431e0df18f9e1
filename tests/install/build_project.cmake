# SPDX-License-Identifier: MIT
# -DSOURCE=... -DBINARY=... -DINITIAL_CACHE=... -DGENERATOR=...: configures and builds a project from nothing.
file(REMOVE_RECURSE ${BINARY})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR} -C ${INITIAL_CACHE}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY} --parallel 2 COMMAND_ERROR_IS_FATAL ANY)
