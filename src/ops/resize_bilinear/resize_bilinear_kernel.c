#include "ops/resize_bilinear/resize_bilinear_kernel.h"

/* The two inputs around a point, and how far it is from the first one. */
typedef struct {
  int32_t first, second;
  float distance;
} thimble_resize_bilinear_f32_point;

static inline thimble_resize_bilinear_f32_point thimble_resize_bilinear_f32_at(int32_t index, float scale,
                                                                               int32_t half_pixel_centers,
                                                                               int32_t size) {
  const float x = half_pixel_centers ? ((float)index + 0.5f) * scale - 0.5f : (float)index * scale;
  const int32_t whole = (int32_t)x; /* towards zero: below zero, the first pixel */
  thimble_resize_bilinear_f32_point point;
  point.first = whole;
  point.second = (float)whole < x ? whole + 1 : whole;
  if (point.second > size - 1) point.second = size - 1;
  point.distance = x - (float)point.first;
  return point;
}

THIMBLE_KERNEL void thimble_resize_bilinear_f32(const thimble_resize_bilinear_f32_params* p, const float* input,
                                                float* output) {
  const thimble_resize_bilinear_shape* s = &p->shape;
  for (int32_t b = 0; b < s->batches; ++b, input += s->input_h * s->input_w * s->channels) {
    for (int32_t y = 0; y < s->output_h; ++y) {
      const thimble_resize_bilinear_f32_point v =
          thimble_resize_bilinear_f32_at(y, p->scale_h, s->half_pixel_centers, s->input_h);
      const float* top = input + v.first * s->input_w * s->channels;
      const float* bottom = input + v.second * s->input_w * s->channels;
      for (int32_t x = 0; x < s->output_w; ++x) {
        const thimble_resize_bilinear_f32_point h =
            thimble_resize_bilinear_f32_at(x, p->scale_w, s->half_pixel_centers, s->input_w);
        const int32_t left = h.first * s->channels;
        const int32_t right = h.second * s->channels;
        for (int32_t c = 0; c < s->channels; ++c) {
          *output++ = top[left + c] * (1.0f - v.distance) * (1.0f - h.distance) +
                      bottom[left + c] * v.distance * (1.0f - h.distance) +
                      top[right + c] * (1.0f - v.distance) * h.distance + bottom[right + c] * v.distance * h.distance;
        }
      }
    }
  }
}

/* The same, the distance in 1024ths. */
typedef struct {
  int32_t first, second;
  int32_t distance;
} thimble_resize_bilinear_point;

static inline thimble_resize_bilinear_point thimble_resize_bilinear_at(int32_t index, int32_t scale,
                                                                       int32_t half_pixel_centers, int32_t size) {
  const int32_t x = half_pixel_centers ? index * scale + scale / 2 - 512 : index * scale;
  thimble_resize_bilinear_point point;
  point.first = x < 0 ? 0 : x / 1024;
  point.second = (x + 1023) / 1024;
  if (point.first > size - 1) point.first = size - 1;
  if (point.second > size - 1) point.second = size - 1;
  point.distance = x - 1024 * point.first;
  return point;
}

THIMBLE_KERNEL void thimble_resize_bilinear_s8(const thimble_resize_bilinear_params* p, const int8_t* input,
                                               int8_t* output) {
  const thimble_resize_bilinear_shape* s = &p->shape;
  for (int32_t b = 0; b < s->batches; ++b, input += s->input_h * s->input_w * s->channels) {
    for (int32_t y = 0; y < s->output_h; ++y) {
      const thimble_resize_bilinear_point v =
          thimble_resize_bilinear_at(y, p->scale_h, s->half_pixel_centers, s->input_h);
      const int8_t* top = input + v.first * s->input_w * s->channels;
      const int8_t* bottom = input + v.second * s->input_w * s->channels;
      for (int32_t x = 0; x < s->output_w; ++x) {
        const thimble_resize_bilinear_point h =
            thimble_resize_bilinear_at(x, p->scale_w, s->half_pixel_centers, s->input_w);
        const int32_t left = h.first * s->channels;
        const int32_t right = h.second * s->channels;
        for (int32_t c = 0; c < s->channels; ++c) {
          const int64_t on_left = (1024 - v.distance) * top[left + c] + v.distance * bottom[left + c];
          const int64_t on_right = (1024 - v.distance) * top[right + c] + v.distance * bottom[right + c];
          const int64_t sum = on_left * (1024 - h.distance) + on_right * h.distance;
          *output++ = (int8_t)((sum + (sum > 0 ? INT32_C(1) << 19 : -(INT32_C(1) << 19))) / (INT32_C(1) << 20));
        }
      }
    }
  }
}
