#include "ops/fully_connected/fully_connected_units_kernel.h"

#define THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT int8_t
#define THIMBLE_FULLY_CONNECTED_UNITS_CHANNEL thimble_dsp_channel
#define THIMBLE_FULLY_CONNECTED_UNITS_OUTPUT(SUM, FACTOR) thimble_dsp_requantize(SUM * 2, FACTOR)
#define THIMBLE_FULLY_CONNECTED_UNITS(SUFFIX) thimble_fully_connected_units##SUFFIX
#include "ops/fully_connected/fully_connected_units_body_kernel.h"
