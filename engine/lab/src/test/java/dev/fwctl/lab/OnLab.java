package dev.fwctl.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks tests that bring up a lab.
 *
 * <p>Where the machine can't, they are skipped and say why; with {@code CI=true} they fail.
 * Packages that are missing are installed first.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LabCondition.class)
public @interface OnLab {}
