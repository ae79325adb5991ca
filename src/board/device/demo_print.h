/* Text over the serial port, without printf: it would be most of the program. */
#ifndef THIMBLE_DEVICE_DEMO_PRINT_H
#define THIMBLE_DEVICE_DEMO_PRINT_H

#include <stdint.h>

void print(const char* text);
void print_repeated(char character, int count);
void print_integer(int32_t number);
/* Rounded to `decimals` (at most 8) digits behind the point; magnitudes from 4e9 on as ">4e9". */
void print_decimal(float number, int decimals);

#endif
