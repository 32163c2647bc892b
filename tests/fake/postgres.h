// fake/postgres.h: a real PostgreSQL for unit tests, started by tests/integration/postgres.py and stopped with the object.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace fake {

class Postgres {
  pid_t child_ = -1;
  int to_ = -1;
  std::string url_;

 public:
  Postgres() {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
      execl("/usr/bin/python3", "python3", "tests/integration/postgres.py", nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_ = in[1];
    for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) url_ += c;
    close(out[0]);
  }
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres() {
    if (child_ <= 0) return;
    close(to_);  // its signal to stop
    waitpid(child_, nullptr, 0);
  }
  /// "" if it could not be started; what was wrong is on standard error.
  const std::string& url() const { return url_; }
};

}  // namespace fake
