#include <stdint.h>

#include "toy.h"

extern const int8_t toy_weights[TOY_WEIGHTS];
extern const int32_t toy_not_used[1000];
