// Who is at the other end of a connection of this machine: a process of a given tree, or somebody
// else.
//
// Thread: any. Linux.
#pragma once

namespace isolane::process {

// True if a process of the tree below (and with) `root` holds the other end of the connected TCP
// socket `file`, both ends being on this machine. Takes some ten microseconds per process.
bool PeerIsInTree(int file, int root);

}  // namespace isolane::process
