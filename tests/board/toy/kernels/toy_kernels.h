#include <stdint.h>

void toy_spin(void);                  /* exactly 2 + 2 * TOY_LOOP instructions */
int32_t toy_use_stack(int32_t value); /* an array of TOY_STACK bytes, all written to */
int32_t toy_dot(const int8_t* a, const int8_t* b);
void toy_fault(void);
