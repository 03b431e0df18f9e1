# SPDX-License-Identifier: MIT
# -DPROGRAM=... -DEXPECTED=...: the program prints the expected text, ends well, and the SystemC kernel has no complaint.
set(ENV{SYSTEMC_DISABLE_COPYRIGHT_MESSAGE} 1)
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE output ERROR_VARIABLE log RESULT_VARIABLE status)
file(READ ${EXPECTED} expected)
if(NOT status STREQUAL "0" OR NOT output STREQUAL expected OR log MATCHES "(Warning|Error|Fatal): ")
  message(FATAL_ERROR "exit status ${status}\n--- output:\n${output}--- expected:\n${expected}--- log:\n${log}")
endif()
