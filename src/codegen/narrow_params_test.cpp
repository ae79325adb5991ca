#include "codegen/narrow_params.h"

#include <gtest/gtest.h>

#include "codegen/kernel_sources.h"

namespace thimble {
namespace {

KernelCall call(const std::string& symbol, const std::string& type, std::vector<KernelField> fields) {
  KernelCall result;
  result.symbol = symbol;
  result.params_type = type;
  result.fields = std::move(fields);
  return result;
}

KernelField number(const char* name, std::int64_t value) { return {name, value, 4}; }

const char* const kHeader =
    "typedef struct {\n"
    "  int32_t height, width;\n"
    "} window;\n"
    "typedef struct {\n"
    "  int32_t factor;\n"
    "} channel;\n"
    "typedef struct {\n"
    "  window area; /* int32_t height; */\n"
    "  int32_t zero_point, wide; /* of\n"
    "  int32_t: nothing */\n"
    "  int32_t list[2];\n"
    "  channel one;\n"
    "  word loaded;\n"
    "} params;\n"
    "THIMBLE_SHARED_KERNEL void shared(const params* p, const int8_t* input,\n"
    "                                  const channel* channels);\n"
    "THIMBLE_KERNEL void other(const window* p);\n";

TEST(NarrowParams, GivesEachMemberTheSmallestTypeOfAllCalls) {
  FileSet files = {{"kernels/a.h", kHeader}, {"model.c", kHeader}};
  const auto shared = [](int height, int width, int zero_point, int wide) {
    return call("shared", "params",
                {{"area", std::vector<KernelField>{number("height", height), number("width", width)}, 8},
                 number("zero_point", zero_point),
                 number("wide", wide),
                 {"list", std::vector<std::int64_t>{1, 2}, 8},
                 {"one", std::vector<KernelField>{number("factor", 1)}, 4},
                 number("loaded", 1)});
  };
  const KernelCall first = shared(3, 255, -128, 1), second = shared(4, 9, 127, 40000);
  const KernelCall other = call("other", "window", {number("height", 256), number("width", 1)});
  narrow_params(files, {&first, &second, &other});
  EXPECT_EQ(files["kernels/a.h"],
            "typedef struct {\n"
            "  uint16_t height; uint8_t width;\n"
            "} window;\n"
            "typedef struct {\n"
            "  int32_t factor;\n"
            "} channel;\n"
            "typedef struct {\n"
            "  window area; /* int32_t height; */\n"
            "  int8_t zero_point; uint16_t wide; /* of\n"
            "  int32_t: nothing */\n"
            "  int32_t list[2];\n"
            "  channel one;\n"
            "  word loaded;\n"
            "} params;\n"
            "THIMBLE_SHARED_KERNEL void shared(const params* p, const int8_t* input,\n"
            "                                  const channel* channels);\n"
            "THIMBLE_KERNEL void other(const window* p);\n");
  EXPECT_EQ(files["model.c"], kHeader);
}

TEST(NarrowParams, LeavesKernelsThatAreSpecialized) {
  FileSet files = {{"kernels/a.h", kHeader}};
  const KernelCall other = call("other", "window", {number("height", 2), number("width", 1)});
  narrow_params(files, {&other});
  EXPECT_EQ(files["kernels/a.h"], kHeader);
}

TEST(NarrowParams, KnowsTheHeadersOfTheKernels) {
  FileSet files;
  add_kernel_sources(files, {"ops/depthwise_conv_2d/depthwise_conv_2d_dsp_kernel"});
  KernelCall conv = call("thimble_depthwise_conv_2d_dsp", "thimble_depthwise_conv_2d_dsp_params",
                         {{"window", std::vector<KernelField>{number("input_h", 12), number("input_w", 300)}, 8},
                          number("step_3x3", 2),
                          number("input_zero_point", -3)});
  narrow_params(files, {&conv});
  EXPECT_NE(files["kernels/window.h"].find("  uint8_t input_h; uint16_t input_w; int32_t input_c;\n"),
            std::string::npos);
  EXPECT_NE(files["kernels/depthwise_conv_2d_dsp_kernel.h"].find("  uint8_t step_3x3;\n"), std::string::npos);
  EXPECT_NE(files["kernels/depthwise_conv_2d_dsp_kernel.h"].find("  int8_t input_zero_point; /*"), std::string::npos);
  EXPECT_NE(files["kernels/dsp.h"].find("  int32_t bias;\n"), std::string::npos);
}

}  // namespace
}  // namespace thimble
