# cmake -DOUTPUT=<file.cpp> -DFILES=<a.sql;b.sql> -P embed_migrations.cmake
# Writes the migrations into a source file, so that the program needs no file beside it.
set(text "#include \"store/migrations.h\"\n\n#include <array>\n\nnamespace codencollab::store {\n\n")
string(APPEND text "namespace {\nconstexpr std::array all_migrations = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^0*([0-9]+)_(.*)$" matched ${name})
  file(READ ${file} sql)
  string(APPEND text "    Migration{${CMAKE_MATCH_1}, \"${CMAKE_MATCH_2}\", R\"sql(${sql})sql\"},\n")
endforeach()
string(APPEND text "};\n}  // namespace\n\n")
string(APPEND text "std::span<const Migration> sqlite_migrations() { return all_migrations; }\n\n")
string(APPEND text "}  // namespace codencollab::store\n")
file(WRITE ${OUTPUT} "${text}")
