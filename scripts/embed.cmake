# cmake -DOUT=x.cpp -DHEADER=a/b.hpp -DFUNCTION=name -DFILES="a.json;b.json" -P embed.cmake
# Writes a source file that defines kubesage::FUNCTION(), declared in HEADER: the files, by name, as bytes.
set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char bytes_${index}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${name}\", {reinterpret_cast<const char*>(bytes_${index}), sizeof(bytes_${index})}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUT}" "// Made by scripts/embed.cmake.
#include \"${HEADER}\"
namespace kubesage {
namespace {
${arrays}} // namespace
std::span<const embedded_file> ${FUNCTION}() {
  static const embedded_file files[] = {
${rows}  };
  return files;
}
} // namespace kubesage
")
