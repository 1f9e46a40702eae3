#include "cli/banner.h"

#include <algorithm>
#include <utility>

#include "wrangler-compat/binding_text.h"

namespace isolane::cli {
namespace {

constexpr size_t kGap = 6;
constexpr char kConnected[] = "[connected]";
constexpr char kNotConnected[] = "[not connected]";

struct Row {
  std::string binding;   // env.AUTH (auth-worker)
  std::string resource;  // Worker
  std::string mode;      // local, not supported
  std::string status;    // [connected], [not connected], or empty
};

using Names = std::vector<std::string>;

bool IsKnown(const Names& known, const std::string& name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

Row MakeRow(const BindingSpec& binding, const Names& known) {
  const wrangler::BindingText text = wrangler::DescribeBinding(binding);
  Row row;
  row.binding = "env." + Printable(binding.name);
  if (!text.value.empty()) row.binding += " (" + Shortened(Printable(text.value)) + ")";
  row.resource = text.resource;
  row.mode = text.supported ? "local" : "not supported";
  if (!text.worker.empty()) {
    row.status = IsKnown(known, text.worker) ? kConnected : kNotConnected;
  }
  return row;
}

std::string Padded(const std::string& text, size_t width) {
  return text + std::string(width + kGap - DisplayWidth(text), ' ');
}

}  // namespace

std::string FormatWorkers(const std::vector<WorkerSpec>& workers, Colours colours,
                          const Names& elsewhere) {
  Names known = elsewhere;
  for (const WorkerSpec& worker : workers) known.push_back(worker.name);
  const Row head{"Binding", "Resource", "Mode", {}};
  std::vector<std::vector<Row>> tables;
  size_t binding_width = head.binding.size();
  size_t resource_width = head.resource.size();
  for (const WorkerSpec& worker : workers) {
    std::vector<Row>& rows = tables.emplace_back();
    for (const BindingSpec& binding : worker.bindings) {
      rows.push_back(MakeRow(binding, known));
      binding_width = std::max(binding_width, DisplayWidth(rows.back().binding));
      resource_width = std::max(resource_width, DisplayWidth(rows.back().resource));
    }
    for (const TailConsumer& consumer : worker.tail_consumers) {
      rows.push_back({"tail (" + Shortened(Printable(consumer.service)) + ")", "Tail Worker",
                      "local", IsKnown(known, consumer.service) ? kConnected : kNotConnected});
      binding_width = std::max(binding_width, DisplayWidth(rows.back().binding));
      resource_width = std::max(resource_width, DisplayWidth(rows.back().resource));
    }
  }

  std::string out;
  if (workers.size() > 1) {
    out = "Workers: ";
    for (size_t i = 0; i < workers.size(); i++) {
      out += (i > 0 ? ", " : "") + Paint(workers[i].name, Colour::kBold, colours);
      if (i == 0) out += " (public)";
    }
    out += '\n';
  }
  for (size_t i = 0; i < workers.size(); i++) {
    if (tables[i].empty()) continue;
    out += workers.size() > 1 ? Paint(workers[i].name, Colour::kBold, colours) : "Your Worker";
    out += " has access to the following bindings:\n";
    out += Paint(
        Padded(head.binding, binding_width) + Padded(head.resource, resource_width) + head.mode,
        Colour::kDim, colours);
    out += '\n';
    for (const Row& row : tables[i]) {
      out += Padded(row.binding, binding_width) + Padded(row.resource, resource_width) + row.mode;
      if (!row.status.empty()) {
        const Colour colour = row.status == kConnected ? Colour::kGreen : Colour::kYellow;
        out += " " + Paint(row.status, colour, colours);
      }
      out += '\n';
    }
    out += '\n';
  }
  return out;
}

std::string UrlOf(const ListenOptions& listen, int port) {
  const bool v6 = listen.ip.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + listen.ip + "]" : listen.ip;
  return (listen.tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

std::string FormatReady(const ListenOptions& listen, int port, Colours colours) {
  return "Ready on " + Paint(UrlOf(listen, port), Colour::kCyan, colours);
}

std::string FormatCronAdvice(const ListenOptions& listen, int port) {
  // Of another address the endpoint wants to know nothing.
  ListenOptions known = listen;
  if (listen.ip == "0.0.0.0" || listen.ip == "::" || listen.ip == "*") known.ip = "localhost";
  const bool untrusted = listen.tls && listen.tls->certificate.empty();
  std::string text =
      "Scheduled Workers are not automatically triggered during local development.\n"
      "To manually trigger a scheduled event, run:\n  curl ";
  if (untrusted) text += "--insecure ";
  return text + "\"" + UrlOf(known, port) +
         "/cdn-cgi/local/scheduled\"\n"
         "For more details, see https://developers.cloudflare.com/workers/configuration/"
         "cron-triggers/#test-cron-triggers-locally";
}

}  // namespace isolane::cli
