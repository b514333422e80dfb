// Empty: CMake makes the precompiled header for the sake of this file.
