# The one place that sets standard, warnings, sanitizers and the linker for everything we compile.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
# What we ship keeps its symbols: a stack trace from a user's machine is worth more than the disk.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

find_program(CODENCOLLAB_MOLD mold)
if(CODENCOLLAB_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(cc_flags INTERFACE)
target_compile_options(cc_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CODENCOLLAB_FAULT_POINTS)
  target_compile_definitions(cc_flags INTERFACE CODENCOLLAB_FAULT_POINTS)
endif()
# A keystroke goes through many small files: the programs that we ship and measure, which have the
# property OPTIMISED_ACROSS_FILES, are optimised across those of the HOT modules. All others link the
# machine code that the same objects hold as well, in a tenth of the time; without the compiler's
# plugin, which GCC else gives to every link, and with which mold 1.10 leaves symbols undefined.
add_library(cc_hot INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL RelWithDebInfo AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(cc_hot INTERFACE -flto -ffat-lto-objects)
  set(across "$<BOOL:$<TARGET_PROPERTY:OPTIMISED_ACROSS_FILES>>")
  target_link_options(cc_flags INTERFACE
    "$<IF:${across},-flto=auto;-O2,-fno-use-linker-plugin>")
endif()
if(CODENCOLLAB_SANITIZE)
  add_compile_options(-fsanitize=${CODENCOLLAB_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CODENCOLLAB_SANITIZE})
  if(CODENCOLLAB_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  # GCC 12 warns about uninitialised values inside its own inlined library code under sanitizers.
  target_compile_options(cc_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(CODENCOLLAB_SANITIZE STREQUAL thread)
    target_compile_options(cc_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endif()
if(CODENCOLLAB_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  # libstdc++ 12's own std::stable_sort uses a buffer that clang 19 knows to be deprecated.
  target_compile_options(cc_flags INTERFACE -Wno-deprecated-declarations)
endif()
