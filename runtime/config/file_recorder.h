// Which files something was made of, so that it can be made again when one of them changes.
//
// Thread: any; a recorder belongs to the thread that made it.
#pragma once

#include <set>
#include <string>

namespace isolane::config {

// Paths, absolute or relative to where the program stands.
struct FileUses {
  std::set<std::string> read;    // what is in them counts
  std::set<std::string> sought;  // whether they are there counts

  void Add(const FileUses& other) {
    read.insert(other.read.begin(), other.read.end());
    sought.insert(other.sought.begin(), other.sought.end());
  }
};

// Notes which files the functions of files.h look at on this thread while it lives, those that are
// not there included. Recorders nest; the innermost one notes.
class FileRecorder {
 public:
  FileRecorder();
  ~FileRecorder();
  FileRecorder(const FileRecorder&) = delete;
  FileRecorder& operator=(const FileRecorder&) = delete;

  const FileUses& uses() const { return uses_; }

  // For the recorder of this thread, if there is one.
  static void NoteRead(const std::string& path);
  static void NoteSought(const std::string& path);

 private:
  FileRecorder* const outer_;
  FileUses uses_;
};

}  // namespace isolane::config
