#include "runtime/process/port_band.h"

#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

namespace isolane::process {
namespace {

// Below, well-known services live; above, ports are rarely outside of the kernel's range.
constexpr int kLowest = 10'240;
constexpr int kHighest = 65'536;

// A socket that is bound to the port at all addresses of this machine, or -1.
int BindTo(int port) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (bind(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return file;
  close(file);
  return -1;
}

// The range of ports for outgoing connections.
void ReadEphemeralRange(int* first, int* last) {
  *first = 32'768;
  *last = 60'999;
  std::FILE* file = std::fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
  if (file == nullptr) return;
  int low = 0;
  int high = 0;
  if (std::fscanf(file, "%d %d", &low, &high) == 2) {
    *first = low;
    *last = high;
  }
  std::fclose(file);
}

}  // namespace

PortBand::~PortBand() {
  if (claim_ >= 0) close(claim_);
}

Status PortBand::Claim() {
  int first = 0;
  int last = 0;
  ReadEphemeralRange(&first, &last);
  std::vector<int> bands;
  for (int band = kLowest; band + kSize <= kHighest; band += kSize) {
    if (band + kSize <= first || band > last) bands.push_back(band);
  }
  unsigned random = 0;
  (void)!getrandom(&random, sizeof random, 0);
  for (size_t i = 0; i < bands.size(); i++) {
    const int band = bands[(random + i) % bands.size()];
    claim_ = BindTo(band);
    if (claim_ < 0) continue;
    first_ = band;
    next_ = band + 1;
    return Ok{};
  }
  return Error{"no band of " + std::to_string(kSize) + " free ports was found for the services",
               "net.ipv4.ip_local_port_range leaves none between 10240 and 65535.",
               {},
               {}};
}

Result<int> PortBand::Take() {
  while (next_ < first_ + kSize) {
    const int port = next_++;
    const int file = BindTo(port);
    if (file < 0) continue;
    close(file);
    return port;
  }
  return Error{"the services need more than " + std::to_string(kSize - 1) + " ports", {}, {}, {}};
}

}  // namespace isolane::process
