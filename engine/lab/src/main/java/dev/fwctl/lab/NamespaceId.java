package dev.fwctl.lab;

/**
 * What tells one namespace of the kernel from another, see namespaces(7).
 *
 * @param device the device of the file that stands for it
 * @param inode the inode of that file
 */
record NamespaceId(long device, long inode) {}
