#include "xml/write.h"

#include <zlib.h>

namespace xml {

base::Result<std::string> deflated(std::string_view bytes) {
  const base::Error failed{base::Code::internal, "deflate failed"};
  z_stream stream{};
  constexpr int no_frame = -15;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, no_frame, 8, Z_DEFAULT_STRATEGY) != Z_OK) return failed;
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib 1.2.13 knows no const
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (!whole) return failed;
  return out;
}

}  // namespace xml
