package dev.fwctl.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of packages: which may import which.
 *
 * <p>A package that needs an arrow which is not here is a design question. Change the table on
 * purpose, and say why in the commit; do not add an arrow to get a build through.
 */
class ArchitectureTest {
  /** Where a package's own Java and the marks for null come from. */
  private static final List<String> EVERYWHERE = List.of("java..", "javax..", "org.jspecify..");

  private static final String MODEL = "dev.fwctl.model..";
  private static final String SPI = "dev.fwctl.spi..";
  private static final String ANALYSIS = "dev.fwctl.analysis..";
  private static final String LAB = "dev.fwctl.lab..";
  private static final String CLI = "dev.fwctl.cli..";
  private static final String PF4J = "org.pf4j..";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String SNAKEYAML = "org.yaml.snakeyaml..";

  /**
   * Where the JDK lets a program hear of ^C. A shutdown hook hears of the first one only, has no
   * say in the exit code, and is not waited for by what prints the report.
   */
  private static final String SIGNALS = "sun.misc..";

  /**
   * The stages of the engine in the order in which data flows through them; none imports a later
   * one.
   */
  private static final List<String> STAGES =
      Stream.of(
              "document",
              "inventory",
              "policy",
              "plugin",
              "facts",
              "intent",
              "known",
              "proof",
              "plan",
              "importing",
              "explain",
              "exposure",
              "doctor",
              "saved",
              "transaction",
              "converge",
              "report")
          .map(stage -> "dev.fwctl.core." + stage + "..")
          .toList();

  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // What a module lends to the tests of others comes in a jar of its own.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.fwctl");

  /**
   * A package, with its subpackages, and all that it may import beside itself and {@link
   * #EVERYWHERE}.
   */
  record Room(String name, List<String> mayImport) {
    private static Room of(String name, String... mayImport) {
      return new Room(name, List.of(mayImport));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Room> rooms() {
    List<Room> rooms = new ArrayList<>();
    rooms.add(Room.of(MODEL));
    rooms.add(Room.of(SPI, MODEL, PF4J));
    rooms.add(Room.of(ANALYSIS, MODEL));
    for (int stage = 0; stage < STAGES.size(); stage++) {
      List<String> mayImport = new ArrayList<>(STAGES.subList(0, stage));
      mayImport.addAll(List.of(MODEL, SPI, ANALYSIS, PF4J, JACKSON, SNAKEYAML));
      rooms.add(new Room(STAGES.get(stage), mayImport));
    }
    rooms.add(Room.of(LAB, MODEL));
    rooms.add(Room.of("dev.fwctl.campaign..", LAB, MODEL, JACKSON));
    rooms.add(
        Room.of("dev.fwctl.plugin.ssh..", SPI, MODEL, PF4J, "net.schmizz..", "com.hierynomus.."));
    rooms.add(Room.of("dev.fwctl.plugin.local..", SPI, MODEL, PF4J));
    rooms.add(Room.of("dev.fwctl.plugin.interfaces..", SPI, MODEL, PF4J, JACKSON));
    rooms.add(Room.of("dev.fwctl.plugin.docker..", SPI, MODEL, PF4J, JACKSON));
    rooms.add(Room.of("dev.fwctl.plugin.iptables..", SPI, MODEL, PF4J));
    rooms.add(Room.of(CLI, "dev.fwctl..", "picocli..", PF4J, JACKSON, SIGNALS));
    return rooms;
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void importsOnlyWhatTheTableAllows(Room room) {
    List<String> allowed = new ArrayList<>(EVERYWHERE);
    allowed.add(room.name());
    allowed.addAll(room.mayImport());
    classes()
        .that()
        .resideInAPackage(room.name())
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed.toArray(String[]::new))
        .check(PROGRAM);
  }

  @Test
  void oneClassHearsOfSignals() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.fwctl.cli.Interruption")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(SIGNALS)
        .check(PROGRAM);
  }

  @Test
  void everyPackageStandsInTheTable() {
    String[] known = rooms().stream().map(Room::name).toArray(String[]::new);
    assertThat(PROGRAM.that(not(resideInAnyPackage(known))))
        .extracting(JavaClass::getName)
        .as("classes in a package that the table does not know")
        .isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked =
        PROGRAM.that(alwaysTrue()).stream()
            .map(JavaClass::getPackage)
            .filter(found -> !found.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .collect(Collectors.toSet());
    assertThat(unmarked).as("packages without @NullMarked in their package-info.java").isEmpty();
  }

  @Test
  void noPackageIsADrawerForOddments() {
    noClasses()
        .should()
        .resideInAnyPackage(
            "..util..", "..utils..", "..common..", "..helper..", "..helpers..", "..manager..")
        .check(PROGRAM);
  }

  @Test
  void noStaticStateChanges() {
    fields().that().areStatic().should().beFinal().check(PROGRAM);
  }
}
