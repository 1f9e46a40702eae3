#include "runtime/process/peer_check.h"

#include <dirent.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace isolane::process {
namespace {

struct Ends {
  sockaddr_in local{};
  sockaddr_in peer{};
};

// The IPv4 ends of a connection; that of an IPv6 socket may be a mapped one.
bool EndsOf(int file, Ends* ends) {
  for (const bool local : {true, false}) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if ((local ? getsockname(file, generic, &size) : getpeername(file, generic, &size)) != 0) {
      return false;
    }
    if (address.ss_family != AF_INET) return false;
    std::memcpy(local ? &ends->local : &ends->peer, &address, sizeof(sockaddr_in));
  }
  return true;
}

// The inode of the socket at the other end, as /proc/PID/fd names it; 0 if the kernel knows none.
uint32_t InodeOfPeer(const Ends& ends) {
  const int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return 0;
  struct {
    nlmsghdr header;
    inet_diag_req_v2 question;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  // A socket of IPv6 with mapped addresses is found by this, too.
  request.question.sdiag_family = AF_INET;
  request.question.sdiag_protocol = IPPROTO_TCP;
  request.question.idiag_states = ~0U;
  inet_diag_sockid& id = request.question.id;
  id.idiag_sport = ends.peer.sin_port;
  id.idiag_dport = ends.local.sin_port;
  id.idiag_src[0] = ends.peer.sin_addr.s_addr;
  id.idiag_dst[0] = ends.local.sin_addr.s_addr;
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  uint32_t inode = 0;
  alignas(nlmsghdr) char answer[4096];
  if (send(netlink, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request)) {
    const ssize_t size = recv(netlink, answer, sizeof answer, 0);
    const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
    if (size > 0 && NLMSG_OK(header, static_cast<unsigned>(size)) &&
        header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
      inode = static_cast<const inet_diag_msg*>(NLMSG_DATA(header))->idiag_inode;
    }
  }
  close(netlink);
  return inode;
}

// Calls visit(name) for each entry until it gives true.
template <typename Visit>
bool AnyEntry(const std::string& directory, Visit&& visit) {
  DIR* opened = opendir(directory.c_str());
  if (opened == nullptr) return false;
  bool found = false;
  while (const dirent* entry = readdir(opened)) {
    if (entry->d_name[0] == '.') continue;
    if ((found = visit(entry->d_name))) break;
  }
  closedir(opened);
  return found;
}

std::string PathOf(int pid, const char* rest) {
  return "/proc/" + std::to_string(pid) + "/" + rest;
}

bool Holds(int pid, const std::string& socket) {
  const std::string files = PathOf(pid, "fd/");
  return AnyEntry(files, [&](const char* name) {
    char target[64];
    const ssize_t size = readlink((files + name).c_str(), target, sizeof target);
    return size > 0 && socket == std::string_view(target, static_cast<size_t>(size));
  });
}

void AppendChildren(int pid, std::vector<int>& tree) {
  const std::string tasks = PathOf(pid, "task/");
  AnyEntry(tasks, [&](const char* task) {
    std::FILE* file = std::fopen((tasks + task + "/children").c_str(), "re");
    if (file == nullptr) return false;
    for (int child = 0; std::fscanf(file, "%d", &child) == 1;) tree.push_back(child);
    std::fclose(file);
    return false;
  });
}

}  // namespace

bool PeerIsInTree(int file, int root) {
  Ends ends;
  if (root <= 0 || !EndsOf(file, &ends)) return false;
  const uint32_t inode = InodeOfPeer(ends);
  if (inode == 0) return false;
  const std::string socket = "socket:[" + std::to_string(inode) + "]";
  std::vector<int> tree = {root};
  for (size_t i = 0; i < tree.size(); i++) {
    if (Holds(tree[i], socket)) return true;
    AppendChildren(tree[i], tree);
  }
  return false;
}

}  // namespace isolane::process
