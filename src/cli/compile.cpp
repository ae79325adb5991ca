// thimble compile: a model as C source.
#include "base/error.h"
#include "cli/command.h"
#include "codegen/package.h"
#include "deploy/deploy.h"
#include "io/load.h"
#include "passes/pipeline.h"

namespace thimble {
namespace {

struct CompileArguments {
  std::string model;
  std::string target = "host";
  std::string folder;
  std::string optimize = "size";
  FitArguments fit;
  std::string front_end;
};

void compile(const CompileArguments& arguments) {
  FileSystem& files = real_file_system();
  const MemoryOptions memory = arguments.fit.memory();
  PackageOptions options{parse_optimize(arguments.optimize), find_target(arguments.target)};
  Graph graph = load_graph(files, arguments.model);
  const FileSet package = with_context(arguments.model, [&] {
    simplify(graph);
    arguments.fit.apply_to(graph);
    apply_front_end(files, arguments.front_end, graph);
    const LowerOptions lower_options = arguments.fit.apply_to({.features = options.target.features});
    const auto executable = prepare_for_board(std::move(graph), options.optimize, lower_options, memory);
    const auto package_with = [&] {
      return generate_package(executable->graph, executable->program, executable->plan, options);
    };
    const FileSet measured = package_with();
    options.stack = stack_of(measured, options.target, options.optimize);
    return options.stack ? package_with() : measured;
  });
  files.write_all(arguments.folder, package);
}

std::function<void()> setup(CLI::App& app) {
  auto arguments = std::make_shared<CompileArguments>();
  app.add_option("MODEL", arguments->model, "The model")->required();
  app.add_option(
      "--target", arguments->target,
      "What its Makefile builds for: host, wasm, cortex-m0, cortex-m3, cortex-m4, cortex-m7, cortex-m33, cortex-m55, "
      "rv32imc, avr (ATmega2560), atmega328p. The Cortex-M4, M7 and M33 with DSP instructions and single precision, "
      "the M55 with Helium, floats too; without floating point: cortex-m4+nofp, cortex-m7+nofp, cortex-m33+nofp, "
      "cortex-m55+nofp; without DSP instructions, too: cortex-m33+nodsp+nofp");
  app.add_option("-o,--folder", arguments->folder, "The folder to write the C files to")->required();
  add_optimize_option(app, arguments->optimize);
  arguments->fit.add_to(app);
  add_front_end_option(app, arguments->front_end);
  return [arguments] { compile(*arguments); };
}

}  // namespace

const Command kCompileCommand = {
    "compile", "Turn a model into C source that stands alone",
    "  thimble compile model.tflite --target cortex-m4 -o firmware/model\n"
    "  thimble compile model.tflite --target cortex-m4 --optimize speed --ram 20k -o out/c\n"
    "  thimble compile model.tflite --target host --output class -o out/c\n"
    "  thimble compile model.tflite --target cortex-m4 --input-buffer caller --output-buffer caller -o out/c",
    setup};

}  // namespace thimble
