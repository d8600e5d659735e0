package io.github.iamhikari.core;

import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A cause for which nobody is let in, and what the doctor says of it.
 *
 * @param name the cause
 * @param ailment brings it about
 * @param symptoms the steps that do not end well, in their order; all others do
 */
record Cause(String name, Ailment ailment, List<Symptom> symptoms) {

  /** Makes a login ill, with what is undone by the patient. */
  interface Ailment {
    void befall(Patient patient) throws Exception;
  }

  /** A step that does not end well, and words that its findings hold. */
  record Symptom(Step step, Status status, List<String> words) {}

  static Cause of(String name, Ailment ailment, Symptom... symptoms) {
    return new Cause(name, ailment, List.of(symptoms));
  }

  static Symptom failed(Step step, String... words) {
    return new Symptom(step, Status.FAILED, List.of(words));
  }

  static Symptom warned(Step step, String... words) {
    return new Symptom(step, Status.WARNING, List.of(words));
  }

  Map<Step, Status> statuses() {
    Map<Step, Status> statuses = new LinkedHashMap<>();
    symptoms.forEach(symptom -> statuses.put(symptom.step(), symptom.status()));
    return statuses;
  }

  @Override
  public String toString() {
    return name;
  }
}
