#include "demo_print.h"

#include "board.h"

void print(const char* text) {
  while (*text != 0) uart_put(*text++);
}

void print_repeated(char character, int count) {
  while (count-- > 0) uart_put(character);
}

/* With zeros at the front up to `digits`. */
static void print_unsigned(uint32_t number, int digits) {
  char text[11];
  char* at = text + sizeof text - 1;
  *at = 0;
  do {
    *--at = (char)('0' + number % 10u);
    number /= 10u;
  } while (number != 0 || text + sizeof text - 1 - at < digits);
  print(at);
}

void print_integer(int32_t number) {
  if (number < 0) uart_put('-');
  print_unsigned(number < 0 ? 0u - (uint32_t)number : (uint32_t)number, 1);
}

void print_decimal(float number, int decimals) {
  uint32_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10u;
  if (number != number) {
    print("nan");
    return;
  }
  if (number < 0) {
    uart_put('-');
    number = -number;
  }
  if (number >= 4e9f) {
    print(">4e9");
    return;
  }
  uint32_t whole = (uint32_t)number;
  uint32_t fraction = (uint32_t)((number - (float)whole) * (float)unit + 0.5f);
  if (fraction >= unit) {
    ++whole;
    fraction -= unit;
  }
  print_unsigned(whole, 1);
  if (decimals == 0) return;
  uart_put('.');
  print_unsigned(fraction, decimals);
}
