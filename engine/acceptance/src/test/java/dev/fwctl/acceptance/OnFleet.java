package dev.fwctl.acceptance;

import dev.fwctl.lab.OnLab;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Scenarios on the {@link Fleet}, which their constructor takes. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@OnLab
@ExtendWith(FleetResolver.class)
@interface OnFleet {}
