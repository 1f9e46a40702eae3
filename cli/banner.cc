#include "cli/banner.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace isolane::cli {
namespace {

constexpr size_t kValueWidth = 40;
constexpr size_t kGap = 3;

struct Row {
  std::string binding;   // env.AUTH (auth-worker)
  std::string resource;  // Worker
  bool found = true;     // false: the Worker does not exist
};

// At most kValueWidth columns; a longer text ends with "...".
std::string Shortened(std::string text) {
  if (DisplayWidth(text) <= kValueWidth) return text;
  while (DisplayWidth(text) > kValueWidth - 3) {
    // Remove the last character with all its continuation bytes.
    while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    text.pop_back();
  }
  return text + "...";
}

bool IsKnown(const std::vector<WorkerSpec>& workers, const std::string& name) {
  return std::any_of(workers.begin(), workers.end(),
                     [&name](const WorkerSpec& worker) { return worker.name == name; });
}

Row MakeRow(const BindingSpec& binding, const std::vector<WorkerSpec>& workers) {
  const std::string name = "env." + Printable(binding.name);
  if (const auto* service = std::get_if<ServiceBinding>(&binding.value)) {
    std::string target = service->service;
    if (!service->entrypoint.empty()) target += "#" + service->entrypoint;
    return {name + " (" + Shortened(Printable(target)) + ")", "Worker",
            IsKnown(workers, service->service)};
  }
  if (const auto* objects = std::get_if<DurableObjectBinding>(&binding.value)) {
    const bool other = !objects->script.empty();
    const std::string target =
        objects->class_name + (other ? ", defined in " + objects->script : std::string());
    return {name + " (" + Shortened(Printable(target)) + ")", "Durable Object",
            !other || IsKnown(workers, objects->script)};
  }
  // Values from the command line are often secrets.
  const bool hidden = binding.where == "--var";
  const std::string& json = std::get_if<VarBinding>(&binding.value)->json;
  const std::string value = hidden ? "\"(hidden)\"" : Shortened(Printable(json));
  return {name + " (" + value + ")", "Environment Variable"};
}

std::string UrlOf(const std::string& ip, int port) {
  const bool v6 = ip.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
}

}  // namespace

std::string FormatWorkers(const std::vector<WorkerSpec>& workers, Colours colours) {
  std::vector<std::vector<Row>> tables;
  size_t width = 0;
  for (const WorkerSpec& worker : workers) {
    std::vector<Row>& rows = tables.emplace_back();
    for (const BindingSpec& binding : worker.bindings) {
      rows.push_back(MakeRow(binding, workers));
      width = std::max(width, DisplayWidth(rows.back().binding));
    }
    for (const TailConsumer& consumer : worker.tail_consumers) {
      rows.push_back({"tail (" + Shortened(Printable(consumer.service)) + ")", "Tail Worker",
                      IsKnown(workers, consumer.service)});
      width = std::max(width, DisplayWidth(rows.back().binding));
    }
  }

  std::string out;
  for (size_t i = 0; i < workers.size(); i++) {
    out += Paint(workers[i].name, Colour::kBold, colours) + (i == 0 ? " (public)\n" : "\n");
    for (const Row& row : tables[i]) {
      out += "  " + row.binding + std::string(width + kGap - DisplayWidth(row.binding), ' ');
      out += row.resource;
      if (!row.found) out += " " + Paint("[not found]", Colour::kYellow, colours);
      out += '\n';
    }
  }
  return out;
}

std::string FormatReady(const std::string& ip, int port, Colours colours) {
  return "Ready on " + Paint(UrlOf(ip, port), Colour::kCyan, colours);
}

std::string FormatCronAdvice(const std::string& ip, int port) {
  // Of another address the endpoint wants to know nothing.
  const bool any = ip == "0.0.0.0" || ip == "::";
  return "Scheduled Workers are not automatically triggered during local development.\n"
         "To manually trigger a scheduled event, run:\n"
         "  curl \"" +
         UrlOf(any ? "localhost" : ip, port) +
         "/cdn-cgi/local/scheduled\"\n"
         "For more details, see https://developers.cloudflare.com/workers/configuration/"
         "cron-triggers/#test-cron-triggers-locally";
}

}  // namespace isolane::cli
