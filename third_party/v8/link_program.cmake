# Makes PROGRAM, the executable: another name of HOST. A copy where the file system has no hard links.
file(CREATE_LINK "${HOST}" "${PROGRAM}" COPY_ON_ERROR)
