#include "ops/fully_connected/fully_connected_s16_units_kernel.h"

#define THIMBLE_FULLY_CONNECTED_UNITS_ELEMENT int16_t
#define THIMBLE_FULLY_CONNECTED_UNITS_CHANNEL thimble_dsp16_channel
#define THIMBLE_FULLY_CONNECTED_UNITS_OUTPUT(SUM, FACTOR) thimble_dsp16_saturate(thimble_dsp16_scale(SUM, FACTOR), 0)
#define THIMBLE_FULLY_CONNECTED_UNITS(SUFFIX) thimble_fully_connected_s16_units##SUFFIX
#include "ops/fully_connected/fully_connected_units_body_kernel.h"
