# Writes FILE into OUTPUT as a C++ string, so that the library carries it.
# cmake -DFILE=v1.json -DOUTPUT=file.cpp -P embed_document.cmake
file(READ "${FILE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE "${OUTPUT}" "// Made by embed_document.cmake from config/api.
#include \"flows/front/documents.hpp\"

namespace vneid::flows {

namespace {
constexpr char document[] = {${bytes}};
}

const std::string& openapi_document() {
  static const std::string text{document, sizeof(document)};
  return text;
}

}  // namespace vneid::flows
")
