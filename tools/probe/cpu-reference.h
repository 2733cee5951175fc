// The CPU's backend alone: what lies beside the program for other devices is not loaded, for it may be what brings the process down.
#pragma once

#include "ggml-cpp.h"

// Throws bad_input where no build of it lies beside the program.
ggml_backend_ptr cpu_reference();
