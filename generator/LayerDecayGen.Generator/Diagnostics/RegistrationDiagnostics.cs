using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>
/// LDG040 to LDG050: TorchSharp registration traps: code that compiles and runs, but leaves parameters untrained. All are warnings about the
/// user's model, reported by analyzers and only in models that opt in.
/// </summary>
public static class RegistrationDiagnostics
{
    /// <summary>A component in an array, list, dictionary or tuple.</summary>
    public static readonly DiagnosticDescriptor ComponentInCollection = RuleFactory.Warning(
        "LDG040",
        "A component kept in a collection is not registered",
        "'{0}' holds {1} in a collection that RegisterComponents does not look into, so nothing in it is trained, moved or saved; "
            + "keep it in a {2}");

    /// <summary>Nobody calls RegisterComponents.</summary>
    public static readonly DiagnosticDescriptor NeverRegistered = RuleFactory.Warning(
        "LDG041",
        "RegisterComponents is never called",
        "'{0}' never calls RegisterComponents and {1}, so none of its parameters is trained; "
            + "call RegisterComponents() at the end of its constructor");

    /// <summary>Assigned or filled after RegisterComponents.</summary>
    public static readonly DiagnosticDescriptor ComponentAfterRegistration = RuleFactory.Warning(
        "LDG042",
        "A component arrives after RegisterComponents",
        "'{0}' is {1} after RegisterComponents, which looks once: what arrives later is not trained, moved or saved; "
            + "do it before the call");

    /// <summary>Assigned after the base constructor has registered.</summary>
    public static readonly DiagnosticDescriptor BaseConstructorRegisters = RuleFactory.Warning(
        "LDG043",
        "The base constructor registers before this component exists",
        "'{0}' is assigned after the constructor of '{1}' has called RegisterComponents, and a second call does nothing; "
            + "assign it in a field initializer or take the call out of '{1}'");

    /// <summary>A field of the same name as a component of a base class.</summary>
    public static readonly DiagnosticDescriptor FieldHidesComponent = RuleFactory.Warning(
        "LDG044",
        "A field hides a component of a base class",
        "'{0}' has the name of the component '{1}', and RegisterComponents takes each field name once, {2}: "
            + "'{1}' is not trained, moved or saved; rename {3}");

    /// <summary>A Tensor that requires grad.</summary>
    public static readonly DiagnosticDescriptor TrainableTensor = RuleFactory.Warning(
        "LDG045",
        "A tensor that requires grad becomes a buffer",
        "'{0}' is given a tensor that requires grad, but RegisterComponents makes a Tensor a buffer that no optimizer sees; "
            + "make it a Parameter");

    /// <summary>A name that throws or is given twice.</summary>
    public static readonly DiagnosticDescriptor RegisteredName = RuleFactory.Warning(
        "LDG046",
        "A registered name is invalid or taken",
        "\"{0}\" {1}");

    /// <summary>A name that the compiler made.</summary>
    public static readonly DiagnosticDescriptor MangledName = RuleFactory.Warning(
        "LDG047",
        "A component is registered under a name of the compiler",
        "'{0}' is registered as \"{1}\", which is what checkpoints will say; {2}");

    /// <summary>Replaced after construction.</summary>
    public static readonly DiagnosticDescriptor ComponentReplaced = RuleFactory.Warning(
        "LDG048",
        "A component is replaced after construction",
        "'{0}' is replaced after '{1}' was constructed: the old component stays registered, is trained and saved, and the new one is not; "
            + "choose it in the constructor, or register the new one with register_module");

    /// <summary>One instance in several places.</summary>
    public static readonly DiagnosticDescriptor AppendedTwice = RuleFactory.Warning(
        "LDG049",
        "One instance stands in a container more than once",
        "'{0}' is put more than once into a {1}: all places share one set of parameters, and only the first has names; "
            + "create one instance for each place");

    /// <summary><c>using</c> on the result of an init call.</summary>
    public static readonly DiagnosticDescriptor UsingInitResult = RuleFactory.Warning(
        "LDG050",
        "The result of an init call is disposed",
        "init.{0} returns the very tensor it was given, so 'using' disposes the parameter, which then vanishes from the model; "
            + "remove 'using'");
}
