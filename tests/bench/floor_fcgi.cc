// floor_fcgi.cc: what the FastCGI edge costs by itself: a bare libfcgi responder that answers every request with the same bytes.
//   floor_fcgi SOCKET PROCESSES THREADS ANSWER      ANSWER: a file with headers, an empty line, the body
#include <fcgiapp.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

void serve(int socket, const std::string& answer) {
  FCGX_Request request;
  FCGX_InitRequest(&request, socket, 0);
  while (FCGX_Accept_r(&request) == 0) {
    FCGX_PutStr(answer.data(), static_cast<int>(answer.size()), request.out);
    FCGX_Finish_r(&request);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: floor_fcgi SOCKET PROCESSES THREADS ANSWER\n", stderr), 2;
  std::ifstream in{argv[4], std::ios::binary};
  const std::string answer{std::istreambuf_iterator<char>{in}, {}};
  const int socket = FCGX_OpenSocket(argv[1], 1024);
  if (answer.empty() || socket < 0) return std::fputs("floor_fcgi: no answer to give, or no socket\n", stderr), 1;
  std::signal(SIGCHLD, SIG_IGN);
  for (int i = std::atoi(argv[2]); i > 1; --i)
    if (fork() == 0) break;  // each process, the first one too, runs the threads below
  FCGX_Init();
  std::signal(SIGTERM, SIG_DFL);  // libfcgi's own handler would wait for one more request
  std::vector<std::jthread> threads;
  for (int i = std::atoi(argv[3]); i > 0; --i) threads.emplace_back(serve, socket, std::cref(answer));
}
