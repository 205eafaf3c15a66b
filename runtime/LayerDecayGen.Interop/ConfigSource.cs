namespace LayerDecayGen.Interop;

/// <summary>The top level of a configuration, whichever language it is written in.</summary>
internal sealed class ConfigSource(Func<string, object?> value, Func<string, bool> has)
{
    /// <summary>The whole of a JSON text; null for Python.</summary>
    public ConfigMap? Whole { get; private init; }

    public object? this[string name] => value(name);

    public bool Has(string name) => has(name);

    public static ConfigSource OfJson(string text)
    {
        var map = ConfigValue.Map(ConfigValue.Json(text), "The configuration");
        return new(name => map[name], map.Has) { Whole = map };
    }

    public static ConfigSource OfPython(string text)
    {
        var reader = PythonConfigReader.Read(text);
        return new(name => reader[name], reader.Has);
    }

    /// <summary>Some names as one dictionary.</summary>
    public ConfigMap Part(params string[] names)
    {
        var part = new ConfigMap();
        foreach (var name in names.Where(Has)) part.Set(name, this[name]);
        return part;
    }
}
