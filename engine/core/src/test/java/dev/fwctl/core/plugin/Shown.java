package dev.fwctl.core.plugin;

/** A class of the program that a plugin can compile against, but must not see. */
public class Shown {}
