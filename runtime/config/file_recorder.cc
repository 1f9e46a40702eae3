#include "runtime/config/file_recorder.h"

#include <utility>

namespace isolane::config {

namespace {

thread_local FileRecorder* current = nullptr;

}  // namespace

FileRecorder::FileRecorder() : outer_(std::exchange(current, this)) {}

FileRecorder::~FileRecorder() { current = outer_; }

void FileRecorder::NoteRead(const std::string& path) {
  if (current != nullptr) current->uses_.read.insert(path);
}

void FileRecorder::NoteSought(const std::string& path) {
  if (current != nullptr) current->uses_.sought.insert(path);
}

}  // namespace isolane::config
