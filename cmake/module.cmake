include(GoogleTest)

# codencollab_module(<folder> [HOT] SOURCES … TESTS … FUZZERS … USES <folders> LIBS <libraries>
#                    TEST_USES <folders> TEST_LIBS <libraries>)
#
# HOT: a keystroke goes through it, so it is optimised across files (toolchain.cmake).
#
# One folder, one library. Each has an include root of its own that holds one link,
# <root>/<folder> -> this folder; so "base/error.h" is found only by who USES base, and a forbidden
# include does not compile. LIBS stay private: another folder cannot include them by accident.
function(codencollab_module name)
  cmake_parse_arguments(arg "HOT" "" "SOURCES;TESTS;FUZZERS;USES;LIBS;TEST_USES;TEST_LIBS" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)

  list(TRANSFORM arg_USES PREPEND cc_)
  if(arg_SOURCES)
    add_library(cc_${name} STATIC ${arg_SOURCES})
    target_include_directories(cc_${name} PUBLIC ${root})
    target_link_libraries(cc_${name} PUBLIC ${arg_USES} PRIVATE cc_flags ${arg_LIBS})
    if(arg_HOT)
      target_link_libraries(cc_${name} PRIVATE cc_hot)
    endif()
  else()
    add_library(cc_${name} INTERFACE)
    target_include_directories(cc_${name} INTERFACE ${root})
    target_link_libraries(cc_${name} INTERFACE ${arg_USES})
  endif()

  list(TRANSFORM arg_TEST_USES PREPEND cc_)
  if(arg_TESTS AND NOT CODENCOLLAB_FUZZ)
    add_executable(${name}_test ${arg_TESTS})
    target_link_libraries(${name}_test PRIVATE
      cc_${name} cc_flags ${arg_LIBS} ${arg_TEST_USES} ${arg_TEST_LIBS} GTest::gmock_main)
    # One ctest entry a binary and not a test: starting a process for each would take longer
    # than the tests; the repository's own root is where tests find their data.
    add_test(NAME ${name}_test COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    # Property tests draw from one seed: what fails here fails for everybody. Run a binary by itself
    # for fresh seeds; a failure prints the one that replays it.
    set_tests_properties(${name}_test PROPERTIES ENVIRONMENT "RC_PARAMS=seed=20261124")
  endif()
  if(CODENCOLLAB_FUZZ)
    foreach(source ${arg_FUZZERS})
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_libraries(${fuzzer} PRIVATE cc_${name} cc_flags ${arg_LIBS})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()
