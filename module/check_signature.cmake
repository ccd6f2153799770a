# nginx compares this string of a module with its own and refuses to load what differs.
set(signature "[0-9]+,[0-9]+,[0-9]+,[01]+")
if(NOT NGINX OR NOT EXISTS "${NGINX}")
  message(STATUS "No nginx binary here: the module's signature is not checked.")
  return()
endif()
file(STRINGS "${MODULE}" in_module REGEX "^${signature}$")
file(STRINGS "${NGINX}" in_nginx REGEX "^${signature}$")
if(NOT in_module STREQUAL in_nginx)
  file(REMOVE "${MODULE}")
  message(FATAL_ERROR "The module was built for another nginx: its signature is '${in_module}', that "
                      "of ${NGINX} is '${in_nginx}'. Install the nginx-dev of that nginx, or name its "
                      "source tree with -DVNEID_NGINX_SOURCE=DIR.")
endif()
